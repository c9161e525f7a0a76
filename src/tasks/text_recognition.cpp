// text-recognition: the text in a picture or a sound. The loss decides what the positions of the output are:
// those of the characters, or, where it takes fewer labels than positions, spots of the picture, which it
// aligns.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/utf8.h"
#include "luge/data/picture_fields.h"
#include "luge/error.h"
#include "luge/graph.h"
#include "luge/nn/observe.h"
#include "luge/ops/shape.h"
#include "luge/tasks/ctc_decoding.h"
#include "tasks/learning.h"

/// The names of the ways to decode.
namespace luge::tasks {
enum class Decoding : std::uint8_t { greedy, beam };
}
template <>
struct luge::options::Names<luge::tasks::Decoding> {
  static constexpr std::pair<luge::tasks::Decoding, const char*> all[] = {
      {luge::tasks::Decoding::greedy, "greedy"}, {luge::tasks::Decoding::beam, "beam"}};
};

namespace luge::tasks {
namespace {

constexpr const char *kText = "text", *kIds = "ids";
constexpr std::int64_t kBlank = 0;  // the id that no character has

struct TextOptions : ScaledOptions {
  TextOptions() : ScaledOptions{{"ctc", {"exact-match", "cer"}}} {}
  Decoding decoding = Decoding::greedy;
  std::int64_t beam = 10;
  static void fields(auto& self, auto&& field) {
    common(self, field);
    field("decoding", self.decoding,
          "with the loss ctc: how the text is found, the likeliest alignment or a beam search");
    field("beam", self.beam, "with decoding=beam: how many beginnings of texts are kept",
          options::within(1, 10000));
  }
};

// Of a sound, the features make a picture.
bool is_picture_or_sound(const data::Field& field) {
  return !field.text && (field.shape.rank() == 3 || field.shape.rank() == 2);
}
bool is_ids(const data::Field& field) { return field.dtype == i64 && field.shape.rank() == 1; }

// Whether the loss finds out itself which positions say which label: then it takes fewer labels.
bool aligns(const loss::Loss& loss) {
  try {
    loss(graph::placeholder(f32, {1, 4, 3}, "output"), graph::placeholder(i64, {1, 2}, "labels"));
    return true;
  } catch (const Error&) {
    return false;
  }
}

class TextRecognition final : public TaskWith<TextRecognition, TextOptions> {
 public:
  static constexpr const char* kName = "text-recognition";
  static constexpr const char* kDescription =
      "reads the text in a picture, such as a captcha, or what is said in a sound";
  static train::Needs data_needs() {
    return {{std::string(data::kInput), "pictures [channels,height,width], or sounds [channels,samples]",
             is_picture_or_sound},
            {kText, "what is written in the picture or said",
             [](const data::Field& field) { return field.text; }}};
  }
  explicit TextRecognition(TextOptions options) : TaskWith(std::move(options)), aligns_(aligns(loss())) {
    if (!is_by_class(loss().outputs()) || loss().about().targets != loss::Targets::Kind::labels)
      throw ValueError(fmt::format("{}: the loss {} is not for labels; choose ctc or softmax-cross-entropy",
                                   kName, loss().name()));
  }

  train::Needs needs() const override {
    return {data_needs().front(), {kIds, "ids of characters, i64[length]", is_ids}};
  }
  // The text stays, as the target that metrics compare with.
  data::Recipe recipe(const data::Dataset& training) const override {
    const data::Recipe text(
        {data::steps::copy(kText, std::string(data::kTarget)), data::steps::characters(kText, kIds)});
    return text.then(input_scaling(options_.scaling, training.info()));
  }
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    if (info.classes.empty()) return std::nullopt;
    return static_cast<std::int64_t>(info.classes.size());
  }

  std::vector<train::Objective> objectives(const nn::Model&) const override {
    return {{.describes = describes(), .loss = [this_ = *this](const train::Pass& pass) {
               const Tensor& output = logits(pass.output());
               const Tensor labels = this_.aligns_ ? pass[kIds] : of_length(pass[kIds], output.extent(1));
               return train::LossTerm::of(this_.loss(), output, labels, pass.sample_weight());
             }}};
  }
  std::vector<train::Measure> metrics() const override {
    const std::vector<train::Measure> all = TaskWith::metrics();
    if (!all.empty())
      throw ValueError(
          fmt::format("{}: the metric '{}' compares labels; choose metrics of texts, such as "
                      "exact-match and cer",
                      kName, all.front().metric.name()));
    return {};
  }
  // A text that does not fit into the positions cannot be learned.
  std::function<void(const data::HostBatch&)> checks(const nn::Model& net,
                                                     const data::HostBatch& first) const override {
    const nn::Probe probe(*net, true);
    const data::Field& field = first.values[data::kInput].field;
    const std::int64_t positions =
        logits(net(graph::placeholder(field.dtype, field.shape, std::string(data::kInput)))).extent(1);
    return [this_ = *this, positions](const data::HostBatch& batch) {
      for (std::int64_t row = 0; row < batch.rows; ++row) this_.check_length(batch, row, positions);
    };
  }
  void describe(const data::Info& info, nn::Metadata& metadata) const override {
    Task::describe(info, metadata);
    metadata.output = loss().outputs();
  }

  // "text", and its "probability".
  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const Tensor& output = logits(first(outputs));
    const Rows rows(kName, probabilities(output, loss().outputs()), batch.rows);
    // A training knows its characters from the data, a file from its metadata.
    const std::vector<std::string>& names =
        classes().empty() && batch.source ? batch.source->info().classes : classes();
    std::vector<data::Record> records;
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      const Decoded found = decoded(rows[row], output.extent(2));
      std::string text;
      for (const std::int64_t label : found.labels) text += class_name(names, label);
      records.push_back({{kText, data::HostArray::of_text(text)},
                         {"probability", number(static_cast<float>(found.probability))}});
    }
    return records;
  }

 protected:
  std::vector<std::string> interpreted() const override { return {kText}; }

 private:
  static const Tensor& logits(const Tensor& output) {
    if (output.rank() == 3) return output;
    throw ShapeError(fmt::format("{}: the output is {}; expected [rows,positions,characters]", kName,
                                 output.shape().to_string()));
  }
  // Labels [rows,any] as [rows,length]; id 0 is where there is no character.
  static Tensor of_length(const Tensor& ids, std::int64_t length) {
    const std::int64_t given = ids.extent(1);
    if (given >= length) return slice(ids, 1, 0, length);
    return concat({ids, zeros({ids.extent(0), length - given}, i64)}, 1);
  }
  void check_length(const data::HostBatch& batch, std::int64_t row, std::int64_t positions) const {
    const data::HostArray& ids = batch.values[kIds];
    const auto width = static_cast<std::size_t>(ids.field.shape[1]);
    const auto labels = ids.as<std::int64_t>().subspan(static_cast<std::size_t>(row) * width, width);
    const data::HostArray* lengths = batch.values.find(std::string(kIds) + data::kLength);
    const auto length = static_cast<std::size_t>(
        lengths ? lengths->as<std::int64_t>()[static_cast<std::size_t>(row)] : ids.field.shape[1]);
    std::size_t needed = length;
    for (std::size_t k = 1; aligns_ && k < length; ++k) needed += labels[k] == labels[k - 1];
    if (needed <= static_cast<std::size_t>(positions)) return;
    throw ValueError(fmt::format(
        "{}: the text has {} characters{}; the network has {} positions", batch.where(row), length,
        needed > length ? fmt::format(" and needs {} positions, one between equal ones", needed) : "",
        positions));
  }
  Decoded decoded(std::span<const float> p, std::int64_t count) const {
    if (std::any_of(p.begin(), p.end(), [](float x) { return std::isnan(x); })) return {{}, std::nan("")};
    if (!aligns_) return by_position(p, static_cast<std::size_t>(count));
    return options_.decoding == Decoding::beam ? ctc_beam(p, count, options_.beam, kBlank)
                                               : ctc_greedy(p, count, kBlank);
  }
  static Decoded by_position(std::span<const float> p, std::size_t count) {
    Decoded found{{}, 1};
    for (std::size_t from = 0; from + count <= p.size(); from += count) {
      const auto row = p.subspan(from, count);
      const auto best = std::max_element(row.begin(), row.end());
      found.probability *= *best;
      if (best != row.begin()) found.labels.push_back(best - row.begin());
    }
    return found;
  }

  bool aligns_;
};

const bool added_text_recognition = TextRecognition::add();

}  // namespace
}  // namespace luge::tasks
