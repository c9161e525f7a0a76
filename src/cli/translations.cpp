#include "cli/translations.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/interrupt.h"
#include "cli/output.h"
#include "core/utf8.h"
#include "io/files/input_file.h"
#include "luge/data/pairs.h"
#include "luge/draw/attention_map.h"
#include "luge/error.h"
#include "luge/metrics/sequences.h"

namespace luge::cli {
namespace {

constexpr const char* kAutoTokens = "auto";

// Whether most characters beyond ASCII and white space of the true texts are Chinese.
bool is_chinese(const data::Dataset& samples) {
  std::int64_t chinese = 0, all = 0;
  for (std::int64_t i = 0; i < std::min<std::int64_t>(samples.size(), 200); ++i) {
    const data::Record record = samples.record(i);
    for (const std::uint32_t point : code_points(record[data::kTranslation].text())) {
      all += point > ' ';
      chinese += 0x4e00 <= point && point <= 0x9fff;
    }
  }
  return 2 * chinese > all;
}

metrics::BLEUOptions bleu_options(const std::string& tokenize, const data::Dataset& samples) {
  metrics::BLEUOptions options{.smoothing = metrics::Smoothing::exp};
  const std::string name = tokenize != kAutoTokens ? tokenize : is_chinese(samples) ? "zh" : "13a";
  for (const metrics::BleuTokens each : {metrics::BleuTokens::none, metrics::BleuTokens::mteval13a,
                                         metrics::BleuTokens::zh, metrics::BleuTokens::characters}) {
    if (metrics::bleu_tokens_name(each) == name) options.tokenize = each;
  }
  return options;
}

std::int64_t references_of(const data::Record& record) {
  const std::string_view all = record[data::kReferences].text();
  return 1 + std::ranges::count(all, '\n');
}

}  // namespace

const tasks::TranslatingTask* translating(const tasks::Learned& learned) {
  return dynamic_cast<const tasks::TranslatingTask*>(learned.task.get());
}

std::vector<std::string> bleu_choices() {
  std::vector<std::string> names = {kAutoTokens};
  for (const metrics::BleuTokens each : {metrics::BleuTokens::mteval13a, metrics::BleuTokens::zh,
                                         metrics::BleuTokens::characters, metrics::BleuTokens::none})
    names.push_back(metrics::bleu_tokens_name(each));
  return names;
}

TranslationScores translation_scores(const tasks::TranslatingTask& task, const nn::Module& net,
                                     const data::Dataset& raw, std::int64_t beam, const std::string& tokenize) {
  TranslationScores scores{{}, 0, "", data::different_texts(raw)};
  const metrics::BLEUOptions options = bleu_options(tokenize, scores.samples);
  scores.sentences = scores.samples.size();
  std::vector<data::Record> records;
  std::int64_t references = -1;  // of each; 0: it varies
  for (std::int64_t i = 0; i < scores.samples.size(); ++i) {
    records.push_back(scores.samples.record(i));
    const std::int64_t own = references_of(records.back());
    references = references == -1 || references == own ? own : 0;
  }
  scores.signature = metrics::bleu_signature(options, references);
  std::vector<std::int64_t> beams = {1};
  if (beam > 1) beams.push_back(beam);
  for (const std::int64_t each : beams) {
    tasks::SearchOptions search = task.search();
    search.beam = each;
    const auto start = std::chrono::steady_clock::now();
    const std::vector<tasks::Translated> said =
        task.translated(net, records, search, false, stop_if_asked);
    TranslationScore score{each == 1 ? "greedy" : fmt::format("beam {}", each), 0, 0, {}};
    score.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const metrics::BLEU bleu(options);
    for (std::size_t k = 0; k < said.size(); ++k) {
      data::Record truth = {{std::string(data::kTarget), records[k][data::kTranslation]},
                            {data::kReferences, records[k][data::kReferences]}};
      bleu.update({{"text", data::HostArray::of_text(said[k].text)}}, truth);
      score.texts.push_back(said[k].text);
    }
    score.bleu = 100 * bleu.figures()[0].value;
    scores.searches.push_back(std::move(score));
  }
  return scores;
}

void print_translations(const TranslationScores& scores) {
  constexpr std::int64_t kShown = 5;
  fmt::print("\n");
  for (const TranslationScore& each : scores.searches) {
    fmt::print("BLEU {:<8} {:>6.2f}   ({} different texts, {:.1f} s)\n", each.name, each.bleu, scores.sentences,
               each.seconds);
  }
  fmt::print("{}|version:luge-{}\n", scores.signature, LUGE_VERSION);
  for (std::int64_t i = 0; i < std::min(kShown, scores.sentences); ++i) {
    // From all lengths.
    const std::int64_t at = i * scores.sentences / kShown;
    const data::Record record = scores.samples.record(at);
    fmt::print("\n{:<10}{}\n{:<10}{}\n", "text", one_line(std::string(record[data::kPairText].text())), "true",
               one_line(std::string(record[data::kTranslation].text())));
    for (const TranslationScore& each : scores.searches)
      fmt::print("{:<10}{}\n", each.name, one_line(each.texts[static_cast<std::size_t>(at)]));
  }
}

nlohmann::ordered_json translations_json(const TranslationScores& scores) {
  nlohmann::ordered_json json;
  json["sentences"] = scores.sentences;
  json["signature"] = fmt::format("{}|version:luge-{}", scores.signature, LUGE_VERSION);
  for (const TranslationScore& each : scores.searches)
    json["searches"].push_back({{"name", each.name}, {"bleu", each.bleu}, {"seconds", each.seconds}});
  return json;
}

experiment::RawInputs lines_of_text(const std::string& path) {
  const io::InputFile file(path);
  std::string all(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(all)));
  experiment::RawInputs found;
  std::int64_t line = 0;
  for (std::size_t from = 0; from < all.size();) {
    const std::size_t to = std::min(all.find('\n', from), all.size());
    std::string text = all.substr(from, to - from);
    if (!text.empty() && text.back() == '\r') text.pop_back();
    from = to + 1;
    ++line;
    if (const std::size_t bad = first_invalid_utf8(text); bad != std::string::npos)
      throw FormatError(
          fmt::format("{}, line {}: byte {} is not UTF-8; expected UTF-8 text", path, line, bad + 1));
    if (text.find_first_not_of(" \t\r\f\v") == text.npos) {
      found.left_out.push_back(fmt::format("{}, line {}: is empty", path, line));
      continue;
    }
    found.inputs.push_back({text, {{data::kPairText, data::HostArray::of_text(text)}}, "", "", line});
  }
  if (found.inputs.empty()) throw FormatError(fmt::format("{}: holds no text", path));
  return found;
}

std::vector<data::Record> translate_inputs(const tasks::TranslatingTask& task, const nn::Module& net,
                                           const experiment::RawInputs& found, const std::string& to) {
  std::vector<data::Record> raw, records;
  for (const experiment::RawInput& each : found.inputs) raw.push_back(each.record);
  const std::vector<tasks::Translated> said =
      task.translated(net, raw, task.search(), !to.empty(), stop_if_asked);
  for (const tasks::Translated& each : said) {
    data::HostArray score(data::Field{f32, {}});
    score.as<float>()[0] = static_cast<float>(each.score);
    records.push_back({{data::kTranslation, data::HostArray::of_text(each.text)}, {"score", std::move(score)}});
  }
  if (to.empty()) return records;
  if (said[0].attention.empty())
    throw ValueError(
        "to: the network does not tell where it looked; those of model=seq2seq-bahdanau and seq2seq-luong do");
  draw::attention_map({said[0].from, said[0].to, said[0].attention, ""}).write(to);
  return records;
}

}  // namespace luge::cli
