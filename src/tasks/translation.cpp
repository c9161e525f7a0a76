// translation: a text in another language. The network reads a text and, of the translation, what comes
// before each token (teacher forcing); what it should say there is the token itself.
#include "luge/tasks/translation.h"

#include <fmt/format.h>

#include "luge/data/collate.h"
#include "luge/data/pairs.h"
#include "luge/error.h"
#include "luge/nn/padded.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "tasks/learning.h"

template <>
struct luge::options::Names<luge::tasks::LengthPenalty> {
  static constexpr std::pair<luge::tasks::LengthPenalty, const char*> all[] = {
      {luge::tasks::LengthPenalty::none, "none"},
      {luge::tasks::LengthPenalty::average, "average"},
      {luge::tasks::LengthPenalty::wu2016, "wu2016"}};
};

namespace luge::tasks {
namespace {

constexpr const char* kPrevious = "previous";

struct TranslationOptions : LearningOptions {
  TranslationOptions() : LearningOptions{"softmax-cross-entropy", {"accuracy", "perplexity"}} {}
  data::TextUnits reads = data::TextUnits::words, writes = data::TextUnits::characters;
  bool lower = true;
  std::int64_t source_vocabulary = 6000, target_vocabulary = 6000, least = 1, length = 64;
  std::int64_t beam = 1, longest = 100;
  LengthPenalty length_penalty = LengthPenalty::average;
  double alpha = 0.6;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("reads", self.reads, "the tokens that are read: words or characters");
    field("writes", self.writes, "the tokens that are written: words or characters");
    field("lower", self.lower, "capital letters of what is read become small ones");
    field("source_vocabulary", self.source_vocabulary, "the most different tokens that are read",
          options::at_least(4));
    field("target_vocabulary", self.target_vocabulary, "the most different tokens that are written",
          options::at_least(4));
    field("least", self.least, "how often a token must be in the training data to be known",
          options::at_least(1));
    field("length", self.length, "the most tokens of a text; longer ones are cut; 0: any",
          options::at_least(0));
    field("beam", self.beam, "how many translations are followed at once; 1: greedy", options::within(1, 1000));
    field("length_penalty", self.length_penalty, "how translations of different lengths are compared");
    field("alpha", self.alpha, "the power of length_penalty=wu2016", options::within(0, 10));
    field("longest", self.longest, "the most tokens of a translation, its end included",
          options::within(1, 10000));
  }
};

bool are_token_ids(const data::Field& field) { return field.dtype == i64 && field.shape.rank() == 1; }
bool is_utf8(const data::Field& field) { return field.text; }

class Translation final : public TaskWith<Translation, TranslationOptions>, public TranslatingTask {
 public:
  static constexpr const char* kName = "translation";
  static constexpr const char* kDescription = "writes a text in another language";
  static train::Needs data_needs() {
    return {{data::kPairText, "text", is_utf8}, {data::kTranslation, "its translation, text", is_utf8}};
  }
  explicit Translation(TranslationOptions options) : TaskWith(std::move(options)) {
    if (!is_by_class(loss().outputs()) || loss().about().targets != loss::Targets::Kind::labels)
      throw ValueError(fmt::format("{}: the loss {} is not for labels; choose softmax-cross-entropy", kName,
                                   loss().name()));
  }

  train::Needs needs() const override {
    return {{std::string(data::kInput), "ids of what is read, i64[length]", are_token_ids},
            {kPrevious, "ids of what comes before each token, i64[length]", are_token_ids},
            {std::string(data::kTarget), "ids of what is written, i64[length]", are_token_ids}};
  }
  data::Recipe recipe(const data::Dataset& training) const override {
    if (!data::holds_pairs(training.info()) && training.info().fields.find(kPrevious)) return {};
    return data::Recipe({data::steps::text_ids({.from = data::kPairText,
                                                .units = options_.reads,
                                                .lower = options_.lower,
                                                .vocabulary = options_.source_vocabulary,
                                                .least = options_.least,
                                                .length = options_.length}),
                         data::steps::text_ids({.from = data::kTranslation,
                                                .to = std::string(data::kTarget),
                                                .units = options_.writes,
                                                .vocabulary = options_.target_vocabulary,
                                                .least = options_.least,
                                                .length = options_.length}),
                         data::steps::previous_ids(std::string(data::kTarget), kPrevious)});
  }
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    if (info.classes.empty()) return std::nullopt;
    return static_cast<std::int64_t>(info.classes.size());
  }

  std::vector<train::Objective> objectives(const nn::Model&) const override {
    return {{.describes = describes(), .loss = [this_ = *this](const train::Pass& pass) {
               Tensor weight = cast(counted(pass), f32);
               if (const Tensor samples = pass.sample_weight(); samples.defined())
                 weight = weight * unsqueeze(cast(samples, f32), 1);
               return train::LossTerm::of(this_.loss(), logits(pass), pass[data::kTarget], weight);
             }}};
  }
  std::vector<train::Measure> metrics() const override {
    return measures([](const metrics::Metric& own, const train::Pass& pass) {
      own.update(logits(pass), pass[data::kTarget], counted(pass));
    });
  }
  std::function<void(const data::HostBatch&)> checks(const nn::Model&,
                                                     const data::HostBatch&) const override {
    return [](const data::HostBatch& batch) {
      const auto length_of = [&](std::string_view field) {
        return batch.values[std::string(field) + data::kLength].as<std::int64_t>();
      };
      const auto previous = length_of(kPrevious), target = length_of(data::kTarget);
      for (std::size_t row = 0; row < static_cast<std::size_t>(batch.rows); ++row) {
        if (previous[row] == target[row]) continue;
        throw ValueError(fmt::format("{}: has {} ids in '{}' and {} in 'target'; expected equally many",
                                     batch.where(static_cast<std::int64_t>(row)), previous[row], kPrevious,
                                     target[row]));
      }
    };
  }
  void describe(const data::Info& info, nn::Metadata& metadata) const override {
    Task::describe(info, metadata);
    metadata.output = loss().outputs();
  }

  // What the network says at each position where the true tokens come before: no translation of its own,
  // which predict makes.
  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const Tensor& all = first(outputs);
    if (all.rank() != 3)
      throw ShapeError(fmt::format("{}: the output is {}; expected [rows,length,tokens]", kName,
                                   all.shape().to_string()));
    const Rows rows(kName, cast(argmax(all, 2), f32), batch.rows);
    std::vector<data::Record> records;
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      std::string text;
      for (const float id : rows[row]) {
        if (static_cast<std::int64_t>(id) == data::steps::kEndToken) break;
        text += class_name(classes(), static_cast<std::int64_t>(id));
      }
      records.push_back({{"given_before", data::HostArray::of_text(text)}});
    }
    return records;
  }
  std::optional<data::Record> predict(const nn::Module& net, const data::Record& raw) const override {
    if (!raw.contains(data::kPairText)) return std::nullopt;
    const Translated found = translated(net, {raw}, search(), false, {}).front();
    return data::Record{{data::kTranslation, data::HostArray::of_text(found.text)},
                        {"score", number(static_cast<float>(found.score))}};
  }

  SearchOptions search() const override {
    return {.beam = options_.beam,
            .penalty = options_.length_penalty,
            .alpha = options_.alpha,
            .longest = options_.longest};
  }
  std::vector<Translated> translated(const nn::Module& net, const std::vector<data::Record>& records,
                                     const SearchOptions& options, bool attention,
                                     const std::function<void()>& poll) const override {
    return translate(net, known_recipe(), classes(), records, options, attention, poll);
  }

 private:
  static Tensor logits(const train::Pass& pass) {
    const Tensor& output = pass.output();
    if (output.rank() == 3) return output;
    throw ShapeError(fmt::format("{}: the output is {}; expected [rows,length,tokens]", kName,
                                 output.shape().to_string()));
  }
  // The positions of tokens; those after them are padding. Without lengths padding would be learned.
  static Tensor counted(const train::Pass& pass) {
    const Tensor& target = pass[data::kTarget];
    return nn::sequence_mask(pass[std::string(data::kTarget) + data::kLength], target);
  }
};

const bool added_translation = Translation::add();

}  // namespace
}  // namespace luge::tasks
