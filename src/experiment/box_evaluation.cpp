#include "experiment/box_evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base64.h"
#include "experiment/learned.h"
#include "experiment/raw_inputs.h"
#include "experiment/sample_predictions.h"
#include "luge/data/picture_fields.h"
#include "luge/draw/confusion_matrix.h"
#include "luge/error.h"
#include "luge/metrics/detection_review.h"

namespace luge::experiment {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostSamples = 500, kMostDrawn = 12;

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

Json curve_json(const metrics::DetectionCurve& curve) {
  Json points = Json::array();
  for (const metrics::ScorePoint& each : curve.points) {
    if (each.taken == 0) break;
    points.push_back({each.score, rounded(each.precision), rounded(each.recall), each.right, each.taken});
  }
  return {{"label", curve.label},
          {"positives", curve.truths},
          {"average_precision", curve.average_precision},
          {"points", std::move(points)}};
}

// At the score from which detections count in the confusion.
Json class_json(const metrics::DetectionCurve& curve, double score) {
  const auto at = std::ranges::find_if(curve.points, [&](const auto& each) { return each.score >= score; });
  return {{"label", curve.label},
          {"samples", curve.truths},
          {"precision", at->precision},
          {"recall", at->recall},
          {"f1", at->f1}};
}

std::vector<data::Record> said_of(const nn::Loaded& net, const data::Dataset& samples) {
  RawInputs inputs;
  for (std::int64_t i = 0; i < samples.size(); ++i) inputs.inputs.push_back({"", samples.record(i), "", ""});
  return predict(net, learned(net.metadata()), inputs, [] {});
}

metrics::DetectionReviewOptions review_options(const nn::Metadata& metadata) {
  return {.classes = metadata.classes};
}

void add_to(metrics::DetectionReview& review, const data::Dataset& samples,
            const std::vector<data::Record>& said) {
  for (std::size_t k = 0; k < said.size(); ++k)
    review.update(said[k], samples.record(static_cast<std::int64_t>(k)));
}

std::vector<std::string> with_background(std::vector<std::string> classes) {
  classes.push_back("background");
  return classes;
}

// Without Cairo there is no picture; the figures are shown.
void add_picture(const data::Dataset& samples, std::vector<data::Record> said, Json& json) {
  said.resize(std::min<std::size_t>(said.size(), kMostDrawn));
  try {
    const std::string png =
        predictions_figure(samples.take(static_cast<std::int64_t>(said.size())), said, "").png({.scale = 1});
    json["drawn"] = said.size();
    json["picture"] = "data:image/png;base64," + base64_text(png);
  } catch (const Error&) {
  }
}

}  // namespace

bool add_boxes(const Judged& judged, const data::Dataset& raw, Json& json) {
  const nn::Metadata& metadata = judged.net.metadata();
  if (!finds_boxes_of(metadata, raw) || raw.size() == 0) return false;
  const data::Dataset samples = raw.take(std::min(raw.size(), kMostSamples));
  const std::vector<data::Record> said = said_of(judged.net, samples);
  if (said.empty() || !said[0].contains(data::kBoxes)) return false;
  const double score = review_options(metadata).score;
  metrics::DetectionReview review(review_options(metadata));
  add_to(review, samples, said);
  json["kind"] = "boxes";
  json["samples"] = samples.size();
  json["whole"] = raw.size();
  json["threshold"] = score;
  json["classes"] = with_background(metadata.classes);
  json["confusion"] = review.confusion();
  json["per_class"] = Json::array();
  json["curves"] = Json::array();
  for (const metrics::DetectionCurve& curve : review.curves()) {
    json["per_class"].push_back(class_json(curve, score));
    json["curves"].push_back(curve_json(curve));
  }
  add_picture(samples, said, json);
  return true;
}

bool finds_boxes_of(const nn::Metadata& metadata, const data::Dataset& raw) {
  return raw.info().fields.find(data::kBoxes) && !metadata.classes.empty();
}

draw::Figure box_confusion_figure(const nn::Loaded& net, const data::Dataset& raw, const std::string& title) {
  const nn::Metadata& metadata = net.metadata();
  metrics::DetectionReview review(review_options(metadata));
  constexpr std::int64_t kAtOnce = 64;  // pictures in memory
  for (std::int64_t first = 0; first < raw.size(); first += kAtOnce) {
    const data::Dataset some = raw.skip(first).take(std::min(kAtOnce, raw.size() - first));
    add_to(review, some, said_of(net, some));
  }
  return draw::confusion_matrix(
      {.counts = review.confusion(),
       .classes = with_background(metadata.classes),
       .title = fmt::format("{}, scores from {}", title, review_options(metadata).score)});
}

}  // namespace luge::experiment
