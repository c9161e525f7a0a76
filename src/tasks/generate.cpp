// Generator: text from a network that predicts the next character.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/utf8.h"
#include "luge/compile.h"
#include "luge/error.h"
#include "luge/nn/decoding.h"
#include "luge/nn/load.h"
#include "luge/nn/observe.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "luge/tasks/next_token.h"
#include "luge/variable.h"
#include "tasks/decode_step.h"
#include "tasks/sampling.h"

namespace luge::tasks {
namespace {

using Step = CompiledFunction<Tensor, Tensor>;

// A network that is read in steps: one program, whose state is in Variables.
struct Steps {
  Variables state;
  bool counts = false;  // it has positions, of which there are not more than the length
  std::optional<Step> step;

  void reset() const {
    for (const Variable& each : state) Variable(each).assign(zeros(each.shape(), each.dtype()));
  }
};

void add_state(Steps& steps, const nn::TensorSpec& spec) {
  std::vector<std::int64_t> one(spec.shape.begin(), spec.shape.begin() + spec.shape.rank());
  one.at(0) = 1;
  steps.state.emplace_back(zeros(Shape(std::span<const std::int64_t>(one)), spec.dtype), spec.name,
                           VariableOptions{.trainable = false});
  if (spec.name == nn::Decoding::kPosition) steps.counts = true;
}

// Those of a file.
std::optional<Steps> stored_steps(const nn::Loaded& net) {
  const std::vector<nn::Entry> entries = net.entries();
  const bool known = std::any_of(entries.begin(), entries.end(),
                                 [](const nn::Entry& entry) { return entry.name == kDecodeStep; });
  if (!known) return std::nullopt;
  const nn::LoadedEntry entry = net.entry(kDecodeStep);
  Steps steps;
  for (const nn::TensorSpec& spec : entry.inputs())
    if (spec.name != kToken) add_state(steps, spec);
  steps.step = compile([entry, state = steps.state](const Tensor& token) {
    NamedTensors in;
    in.set(kToken, token);
    for (const Variable& each : state) in.set(each.name(), each.value());
    const NamedTensors out = entry(in);
    const NamedTensors next = entry.next_state(out);
    for (const Variable& each : state) Variable(each).assign(next[each.name()]);
    return cast(out[kLogits], f32);
  });
  return steps;
}

std::optional<Steps> own_steps(const nn::Module& net, std::int64_t length) {
  const auto specs = nn::Decoding::state_of(net, length);
  if (!specs) return std::nullopt;
  Steps steps;
  for (const nn::TensorSpec& spec : *specs) add_state(steps, spec);
  steps.step = compile([&net, length, state = steps.state](const Tensor& token) {
    Tensors before;
    for (const Variable& each : state) before.push_back(each.value());
    nn::Decoding one(length, before);
    const Tensor logits = one.run(net, token);
    for (std::size_t k = 0; k < state.size(); ++k) Variable(state[k]).assign(one.next()[k]);
    return cast(logits, f32);
  });
  return steps;
}

SamplingOptions sampling_of(const GenerateOptions& options) {
  return {.temperature = options.temperature,
          .top_k = options.top_k,
          .top_p = options.top_p,
          .seed = options.seed};
}

}  // namespace

class Generator::Reader {
 public:
  Reader(const nn::Module& net, const data::Recipe& recipe, const GeneratorOptions& options)
      : net_(net), mode_(net, false), recipe_(recipe), names_(net.metadata().classes) {
    const data::Record record = recipe_.prediction({{"text", data::HostArray::of_text("a")}});
    if (!record.contains(data::kInput) || !record.contains(data::kPromptLength)) {
      throw ValueError(
          "generate: the recipe of the network does not make ids of text; expected a network of the task "
          "next-token");
    }
    if (names_.size() < 2)
      throw ValueError("generate: the metadata of the network name no characters; expected one for each id");
    length_ = record[data::kInput].field.shape.elements();
    if (options.cached) {
      const auto* loaded = dynamic_cast<const nn::Loaded*>(&net);
      steps_ = loaded ? stored_steps(*loaded) : own_steps(net, length_);
    }
    if (!steps_) whole_.emplace(compile([&net](const Tensor& ids) { return cast(net(ids), f32); }));
    reset();
  }

  bool cached() const { return steps_.has_value(); }
  const std::vector<std::string>& names() const { return names_; }
  std::vector<std::int64_t> encode(std::string_view text) const {
    if (text.empty()) throw ValueError("generate: the prompt is empty; expected at least one character");
    const std::size_t bad = first_invalid_utf8(text);
    if (bad != std::string_view::npos)
      throw FormatError(fmt::format("generate: the byte at offset {} of the prompt is not UTF-8", bad));
    // The step that cuts windows comes last, and would keep the end of a long text alone.
    data::Record record = {{"text", data::HostArray::of_text(text)}};
    for (const data::StepRef& step : recipe_.steps()) {
      if (step->training_only()) continue;
      data::Record next = record;
      step->apply(next);
      if (next.contains(data::kPromptLength)) break;
      record = std::move(next);
    }
    for (const auto& [name, value] : record) {
      if (value.field.dtype != i64 || value.field.shape.rank() != 1) continue;
      const auto ids = value.as<std::int64_t>();
      return {ids.begin(), ids.end()};
    }
    throw ValueError("generate: the recipe of the network does not make ids of text");
  }

  void reset() {
    if (steps_) steps_->reset();
    ids_.clear();
    begin_ = 0;
  }
  std::vector<float> read(std::span<const std::int64_t> ids) {
    if (ids.empty()) throw ValueError("generate: there are no ids to read");
    for (const std::int64_t id : ids) {
      if (id < 0 || id >= static_cast<std::int64_t>(names_.size()))
        throw IndexError(
            fmt::format("generate: the id {} is not one of the {} of the network", id, names_.size()));
    }
    const bool first = ids_.empty();
    const auto limit = static_cast<std::size_t>(length_);
    std::size_t from = ids_.size();
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    if (!steps_ || steps_->counts) {
      if (ids_.size() - begin_ > limit) {  // the later half is read again
        const std::size_t kept = first ? limit : std::max<std::size_t>(1, limit / 2);
        begin_ = ids_.size() - kept;
        from = begin_;
        if (steps_) steps_->reset();
      }
    }
    if (!steps_) return read_whole();
    std::vector<float> logits;
    for (; from < ids_.size(); ++from) {
      const Tensor out = (*steps_->step)(tensor(std::vector<std::int64_t>{ids_[from]}, {1, 1}));
      if (from + 1 == ids_.size()) logits = checked(out, 1).to_vector<float>();
    }
    return logits;
  }

 private:
  const Tensor& checked(const Tensor& logits, std::int64_t length) const {
    const auto ids = static_cast<std::int64_t>(names_.size());
    if (logits.shape() == Shape{1, length, ids} && ids >= 2) return logits;
    throw ShapeError(
        fmt::format("generate: the output is {}; expected [1,{},{}], a logit for each of the ids that the "
                    "metadata name",
                    logits.shape().to_string(), length, ids));
  }
  // With zeros after the ids, which causal networks do not see.
  std::vector<float> read_whole() {
    std::vector<std::int64_t> window(ids_.begin() + static_cast<std::ptrdiff_t>(begin_), ids_.end());
    const std::size_t used = window.size();
    window.resize(static_cast<std::size_t>(length_));
    const std::vector<float> all =
        checked((*whole_)(tensor(window, {1, length_})), length_).to_vector<float>();
    const auto row = all.begin() + static_cast<std::ptrdiff_t>((used - 1) * names_.size());
    return {row, row + static_cast<std::ptrdiff_t>(names_.size())};
  }

  const nn::Module& net_;
  nn::ModeScope mode_;
  data::Recipe recipe_;
  std::vector<std::string> names_;
  std::int64_t length_ = 0;
  std::optional<Steps> steps_;
  std::optional<Step> whole_;
  std::vector<std::int64_t> ids_;  // all that were read
  std::size_t begin_ = 0;          // the first of them that the network still sees
};

Generator::Generator(const nn::Module& net, const data::Recipe& recipe, const GeneratorOptions& options)
    : reader_(std::make_unique<Reader>(net, recipe, options)) {}
Generator::~Generator() = default;
Generator::Generator(Generator&&) noexcept = default;
Generator& Generator::operator=(Generator&&) noexcept = default;

bool Generator::cached() const { return reader_->cached(); }
std::vector<std::int64_t> Generator::encode(std::string_view text) const { return reader_->encode(text); }
void Generator::reset() { reader_->reset(); }
std::vector<float> Generator::read(std::span<const std::int64_t> ids) { return reader_->read(ids); }

std::string Generator::generate(std::string_view prompt, const GenerateOptions& options) {
  if (options.count < 0)
    throw ValueError(fmt::format("generate: count is {}; expected 0 or more", options.count));
  check_sampling("generate", sampling_of(options));
  std::vector<std::int64_t> ids = encode(prompt);
  reset();
  Sampler sampler(sampling_of(options));
  std::string text;
  for (std::int64_t k = 0; k < options.count; ++k) {
    const std::vector<float> logits = read(ids);
    // Id 0 is what the vocabulary does not have and is never drawn.
    const std::size_t id = 1 + sampler.draw(std::span(logits).subspan(1));
    ids = {static_cast<std::int64_t>(id)};
    const std::string& next = reader_->names()[id];
    text += next;
    if (options.tell) options.tell(next);
  }
  return text;
}

std::string generate(const nn::Module& net, const data::Recipe& recipe, std::string_view prompt,
                     const GenerateOptions& options) {
  return Generator(net, recipe).generate(prompt, options);
}

}  // namespace luge::tasks
