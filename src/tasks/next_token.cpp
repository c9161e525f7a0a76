// next-token: the next character of a text, or the next id of a sequence.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "luge/error.h"
#include "luge/tasks/next_token.h"
#include "tasks/decode_step.h"
#include "tasks/learning.h"

namespace luge::tasks {
namespace {

constexpr std::string_view kText = "text";

struct NextTokenOptions : LearningOptions {
  NextTokenOptions() : LearningOptions{"softmax-cross-entropy", {"accuracy", "perplexity"}} {}
  std::int64_t length = 64, stride = 0;
  std::int64_t candidates = 5, continuation = 0, continuation_seed = 0;
  double temperature = 1;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("length", self.length, "the number of characters that the network sees", options::at_least(1));
    field("stride", self.stride, "the distance of the beginnings of windows; 0: the length",
          options::at_least(0));
    field("candidates", self.candidates, "how many next characters a prediction names", options::at_least(1));
    field("continuation", self.continuation,
          "the characters of the text with which a prediction goes on; 0: the next one alone",
          options::at_least(0));
    field("temperature", self.temperature, "how much chance that text has; 0: none", options::at_least(0));
    field("continuation_seed", self.continuation_seed, "the same number gives the same text");
  }
};

bool is_ids(const data::Field& field) { return field.dtype == i64 && field.shape.rank() == 1; }

class NextToken final : public TaskWith<NextToken, NextTokenOptions> {
 public:
  static constexpr const char* kName = "next-token";
  static constexpr const char* kDescription = "continues a text character by character";
  static train::Needs data_needs() {
    return {{std::string(kText), "text", [](const data::Field& field) { return field.text; }}};
  }
  using TaskWith::TaskWith;

  train::Needs needs() const override {
    return {{std::string(data::kInput), "ids, i64[length]", is_ids},
            {std::string(data::kTarget), "the next id of each, i64[length]", is_ids}};
  }
  // Data that has inputs and targets of ids already is taken as it is.
  data::Recipe recipe(const data::Dataset& training) const override {
    if (!training.info().fields.find(kText) && training.info().fields.find(data::kInput)) return {};
    return data::Recipe({data::steps::characters(std::string(kText)),
                         data::steps::windows({.length = options_.length, .stride = options_.stride})});
  }
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    if (info.classes.empty()) return std::nullopt;
    return static_cast<std::int64_t>(info.classes.size());
  }

  // "continuation", where its length is given.
  std::optional<data::Record> predict(const nn::Module& net, const data::Record& raw) const override {
    if (options_.continuation == 0) return std::nullopt;
    const std::string text = generate(net, known_recipe(), raw[kText].text(),
                                      {.count = options_.continuation,
                                       .temperature = options_.temperature,
                                       .seed = static_cast<std::uint64_t>(options_.continuation_seed)});
    return data::Record{{"continuation", data::HostArray::of_text(text)}};
  }

  // "decode_step", where the network can be read in steps, so that text goes on without reading all of it
  // again for each character.
  std::vector<nn::Entry> entries(const nn::Model& net) const override {
    return steps_of(net, options_.length);
  }

  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const Tensor& logits = first(outputs);
    if (logits.rank() != 3) {
      throw ShapeError(
          fmt::format("{}: the output is {}; expected [rows,length,ids]", kName, logits.shape().to_string()));
    }
    const Rows rows(kName, probabilities(logits, loss().outputs()), batch.rows);
    const data::HostArray* lengths = batch.values.find(data::kPromptLength);
    const auto ids = static_cast<std::size_t>(logits.extent(2));
    std::vector<data::Record> records;
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      const std::int64_t length =
          lengths ? lengths->as<std::int64_t>()[static_cast<std::size_t>(row)] : logits.extent(1);
      if (length < 1 || length > logits.extent(1))
        throw ValueError(fmt::format("{}: row {} has no characters to continue", kName, row));
      records.push_back(record_of(rows[row].subspan(static_cast<std::size_t>(length - 1) * ids, ids)));
    }
    return records;
  }

 private:
  // Id 0 is what the vocabulary does not have, which is no continuation.
  data::Record record_of(std::span<const float> p) const {
    std::vector<std::int64_t> order(p.size() - 1);
    std::iota(order.begin(), order.end(), 1);
    const auto probability = [&](std::int64_t id) { return p[static_cast<std::size_t>(id)]; };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::int64_t a, std::int64_t b) { return probability(a) > probability(b); });
    order.resize(std::min(order.size(), static_cast<std::size_t>(options_.candidates)));
    if (order.empty())
      throw ShapeError(fmt::format("{}: the output has {} ids; expected 2 or more", kName, p.size()));
    std::string text;
    std::vector<float> likely;
    for (const std::int64_t id : order) {
      text += class_name(classes(), id);
      likely.push_back(probability(id));
    }
    return {{"label", whole(order.front())},
            {"label_name", data::HostArray::of_text(class_name(classes(), order.front()))},
            {"probability", number(likely.front())},
            {"candidates", data::HostArray::of_text(text)},
            {"probabilities", list(likely)}};
  }
};

const bool added_next_token = NextToken::add();

}  // namespace

bool continues_text(const train::Task& task) { return dynamic_cast<const NextToken*>(&task) != nullptr; }

}  // namespace luge::tasks
