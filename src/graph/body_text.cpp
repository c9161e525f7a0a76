// Functions as text: words with spaces between them, and strings as "length:bytes", so that a function within
// a function needs no quotes. Numbers are written bit by bit.
//
//   body 1 inputs 2 steps 2
//   number f32 3f800000 3ff0000000000000
//   call 3:add 1 0 fields 0 inputs 0.0 2.0 ;
//   outputs 3.0 ;
#include <fmt/format.h>

#include <bit>
#include <charconv>

#include "graph/body.h"
#include "graph/op_registry.h"

namespace luge {
namespace {

constexpr std::size_t kMostEntries = 1'000'000;

std::string text_of(const FieldValue& value) {
  struct Writer {
    std::string operator()(bool truth) const { return truth ? "b1" : "b0"; }
    std::string operator()(std::int64_t number) const { return fmt::format("i{}", number); }
    std::string operator()(double number) const {
      return fmt::format("r{:x}", std::bit_cast<std::uint64_t>(number));
    }
    std::string operator()(const std::string& text) const { return fmt::format("s{}:{}", text.size(), text); }
    std::string operator()(const std::vector<std::int64_t>& list) const {
      std::string text = fmt::format("l{}", list.size());
      for (const std::int64_t number : list) text += fmt::format(" {}", number);
      return text;
    }
  };
  return std::visit(Writer{}, value);
}

void write(std::string& text, const std::vector<Body::Value>& values) {
  for (const Body::Value& value : values) text += fmt::format(" {}.{}", value.entry, value.out);
  text += " ;";
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Body read() {
    expect("body");
    expect("1");
    expect("inputs");
    body_.inputs = count("inputs");
    expect("steps");
    const std::size_t steps = count("steps");
    for (std::size_t k = 0; k < steps; ++k) {
      const std::string_view kind = word();
      if (kind == "number") {
        body_.steps.emplace_back(number());
      } else if (kind == "call") {
        body_.steps.emplace_back(call());
      } else {
        fail("a step that is a number or a call");
      }
    }
    expect("outputs");
    body_.outputs = values();
    if (at_ != text_.size()) fail("its end");
    return std::move(body_);
  }

 private:
  [[noreturn]] void fail(std::string_view expected) const {
    throw FormatError(fmt::format("a function of a graph: at byte {} expected {}", at_, expected));
  }
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  std::string_view word() {
    skip_spaces();
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != ' ' && text_[at_] != '\n') ++at_;
    if (at_ == start) fail("a word");
    return text_.substr(start, at_ - start);
  }
  void expect(std::string_view wanted) {
    if (word() != wanted) fail(fmt::format("'{}'", wanted));
  }
  template <class T>
  T parsed(std::string_view digits, int base = 10) const {
    T value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc() || end != digits.data() + digits.size()) fail("a whole number");
    return value;
  }
  std::size_t count(std::string_view what) {
    const auto value = parsed<std::uint64_t>(word());
    if (value > kMostEntries) fail(fmt::format("at most {} {}", kMostEntries, what));
    return static_cast<std::size_t>(value);
  }
  std::int64_t bits() { return std::bit_cast<std::int64_t>(parsed<std::uint64_t>(word(), 16)); }

  // "length:bytes"; the length begins at `at_`.
  std::string string() {
    skip_spaces();
    const std::size_t colon = text_.find(':', at_);
    if (colon == std::string_view::npos || colon - at_ > 18) fail("the length of a string");
    const auto length = parsed<std::uint64_t>(text_.substr(at_, colon - at_));
    if (length > text_.size() - colon - 1) fail("a string that ends within the text");
    at_ = colon + 1 + static_cast<std::size_t>(length);
    return std::string(text_.substr(colon + 1, static_cast<std::size_t>(length)));
  }

  std::vector<Body::Value> values() {
    std::vector<Body::Value> list;
    for (std::string_view next = word(); next != ";"; next = word()) {
      const std::size_t dot = next.find('.');
      if (dot == std::string_view::npos) fail("an output of an entry, as in 3.0");
      const Body::Value value{parsed<int>(next.substr(0, dot)), parsed<int>(next.substr(dot + 1))};
      const auto entries = static_cast<std::int64_t>(body_.inputs + body_.steps.size());
      if (value.entry < 0 || value.entry >= entries || value.out < 0 || value.out > 10'000)
        fail("an output of an earlier entry");
      const bool single =
          body_.is_input(value) || std::holds_alternative<Body::Number>(
                                       body_.steps[static_cast<std::size_t>(value.entry) - body_.inputs]);
      if (single && value.out != 0) fail("output 0 of an input or a number");
      list.push_back(value);
    }
    return list;
  }

  Body::Number number() {
    const DType dtype = fields_detail::dtype_named(word());
    const std::int64_t first = bits(), second = bits();
    return {dtype, {first, second}};
  }

  FieldValue field() {
    skip_spaces();
    if (at_ >= text_.size()) fail("a field");
    const char kind = text_[at_++];
    switch (kind) {
      case 'b': return parsed<int>(word()) != 0;
      case 'i': return parsed<std::int64_t>(word());
      case 'r': return std::bit_cast<double>(parsed<std::uint64_t>(word(), 16));
      case 's': return string();
      case 'l': break;
      default: --at_; fail("a field of kind b, i, r, s or l");
    }
    std::vector<std::int64_t> list(count("numbers"));
    for (std::int64_t& number : list) number = parsed<std::int64_t>(word());
    return list;
  }

  Body::Call call() {
    const std::string name = string();
    const OpEntry* op = find_op(name);
    if (!op)
      throw FormatError(
          fmt::format("a function of a graph uses '{}', which is not an op that files can hold", name));
    const auto version = parsed<int>(word());
    if (version != op->version) {
      throw FormatError(fmt::format("a function of a graph uses {} of version {}; this Luge knows version {}",
                                    name, version, op->version));
    }
    const bool again = parsed<int>(word()) != 0;
    expect("fields");
    Fields fields;
    for (std::size_t left = count("fields"); left > 0; --left) {
      std::string key = string();
      fields.emplace_back(std::move(key), field());
    }
    expect("inputs");
    return {op->create(fields), values(), again};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Body body_;
};

}  // namespace

std::string to_text(const Body& body) {
  std::string text = fmt::format("body 1 inputs {} steps {}", body.inputs, body.steps.size());
  for (const auto& step : body.steps) {
    if (const auto* number = std::get_if<Body::Number>(&step)) {
      text += fmt::format("\nnumber {} {:x} {:x}", name(number->dtype),
                          std::bit_cast<std::uint64_t>(number->words[0]),
                          std::bit_cast<std::uint64_t>(number->words[1]));
      continue;
    }
    const auto& call = std::get<Body::Call>(step);
    const Fields fields = call.op->fields();
    text += fmt::format("\ncall {}:{} {} {} fields {}", call.op->name().size(), call.op->name(),
                        call.op->version(), call.again ? 1 : 0, fields.size());
    for (const auto& [name, value] : fields)
      text += fmt::format(" {}:{} {}", name.size(), name, text_of(value));
    text += " inputs";
    write(text, call.inputs);
  }
  text += "\noutputs";
  write(text, body.outputs);
  return text;
}

Body body_from_text(std::string_view text) { return Reader(text).read(); }

}  // namespace luge
