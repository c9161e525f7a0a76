// BLEU against sacrebleu, whose scores tests/golden/make_bleu.py writes.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "luge/metrics/sequences.h"
#include "support/paths.h"

namespace luge::metrics {
namespace {

using Json = nlohmann::json;

const Json& cases() {
  static const Json all = [] {
    std::ifstream file(testing::source_dir() / "tests/golden/bleu.json");
    return Json::parse(file)["cases"];
  }();
  return all;
}

BLEUOptions options_in(const Json& one) {
  BLEUOptions options;
  options.smoothing = one["smoothing"] == "exp" ? Smoothing::exp : Smoothing::none;
  const std::string how = one["tokenize"];
  options.tokenize = how == "13a"    ? BleuTokens::mteval13a
                     : how == "zh"   ? BleuTokens::zh
                     : how == "char" ? BleuTokens::characters
                                     : BleuTokens::none;
  return options;
}

TEST(Bleu, ScoresAreThoseOfSacrebleu) {
  ASSERT_GT(cases().size(), 30u);
  for (const Json& one : cases()) {
    const BLEU bleu(options_in(one));
    for (std::size_t k = 0; k < one["said"].size(); ++k) {
      const auto references = one["references"][k].get<std::vector<std::string>>();
      data::Record truth = {{"target", data::HostArray::of_text(references[0])}};
      std::string lines;
      for (const std::string& each : references) lines += (lines.empty() ? "" : "\n") + each;
      if (references.size() > 1) truth.set("references", data::HostArray::of_text(lines));
      bleu.update({{"text", data::HostArray::of_text(one["said"][k].get<std::string>())}}, truth);
    }
    EXPECT_NEAR(100 * bleu.figures()[0].value, one["score"].get<double>(), 1e-6) << one.dump();
  }
}

TEST(Bleu, TokensAreThoseOfSacrebleu) {
  for (const Json& one : cases()) {
    std::vector<std::string> texts = one["said"];
    for (const Json& many : one["references"]) {
      for (const Json& each : many) texts.push_back(each);
    }
    ASSERT_EQ(texts.size(), one["tokens"].size());
    for (std::size_t k = 0; k < texts.size(); ++k)
      EXPECT_EQ(Json(bleu_tokens(texts[k], options_in(one).tokenize)), one["tokens"][k]) << texts[k];
  }
}

TEST(Bleu, SignaturesAreThoseOfSacrebleu) {
  for (const Json& one : cases()) {
    const std::size_t most = one["references"][0].size();
    const bool same = std::all_of(one["references"].begin(), one["references"].end(),
                                  [&](const Json& each) { return each.size() == most; });
    EXPECT_EQ(bleu_signature(options_in(one), same ? static_cast<std::int64_t>(most) : 0), one["signature"]);
  }
}

}  // namespace
}  // namespace luge::metrics
