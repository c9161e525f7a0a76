// Beam search against all sequences, and texts that do not depend on the batch.
#include "luge/tasks/translation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "luge/data/pairs.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "luge/models/gallery.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/tasks/registry.h"
#include "luge/train/trainer.h"
#include "support/errors.h"

namespace luge::tasks {
namespace {

using Ids = std::vector<std::int64_t>;

constexpr std::int64_t kTokens = 4, kEnd = 3;

// Made-up probabilities that depend on the sequence and on all tokens before.
std::vector<double> logarithms(std::int64_t of, const Ids& before) {
  std::uint64_t state = 977 * static_cast<std::uint64_t>(of) + 13;
  for (const std::int64_t id : before) state = state * 6364136223846793005u + static_cast<std::uint64_t>(id) + 1;
  std::vector<double> p;
  double sum = 0;
  for (std::int64_t k = 0; k < kTokens; ++k) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    p.push_back(0.05 + static_cast<double>(state >> 40) / static_cast<double>(1 << 24));
    sum += p.back();
  }
  for (double& each : p) each = std::log(each / sum);
  return p;
}

std::vector<float> rows_for(std::span<const std::int64_t> of, std::span<const Ids> ids) {
  std::vector<float> rows;
  for (std::size_t k = 0; k < of.size(); ++k) {
    for (const double each : logarithms(of[k], ids[k])) rows.push_back(static_cast<float>(each));
  }
  return rows;
}

double score_of(double log_p, std::int64_t n, const SearchOptions& options) {
  if (options.penalty == LengthPenalty::none) return log_p;
  if (options.penalty == LengthPenalty::average) return log_p / static_cast<double>(n);
  return log_p / std::pow((5.0 + static_cast<double>(n)) / 6, options.alpha);
}

// The best of all sequences that end.
void all_of(std::int64_t of, const Ids& ids, double log_p, const SearchOptions& options, FoundSequence& best) {
  const auto n = static_cast<std::int64_t>(ids.size()) + 1;
  if (n > options.longest) return;
  const std::vector<double> next = logarithms(of, ids);
  const double score = score_of(log_p + next[kEnd], n, options);
  if (!best.ended || score > best.score) best = {ids, log_p + next[kEnd], score, true};
  for (std::int64_t id = 0; id < kEnd; ++id) {
    Ids more = ids;
    more.push_back(id);
    all_of(of, more, log_p + next[static_cast<std::size_t>(id)], options, best);
  }
}

TEST(BeamSearch, AWideBeamFindsTheBestOfAllSequences) {
  for (const LengthPenalty penalty : {LengthPenalty::none, LengthPenalty::average, LengthPenalty::wu2016}) {
    const SearchOptions options{.beam = 300, .penalty = penalty, .longest = 5};
    const auto found = beam_search(12, kTokens, kEnd, rows_for, options);
    for (std::int64_t of = 0; of < 12; ++of) {
      FoundSequence best;
      all_of(of, {}, 0, options, best);
      const FoundSequence& own = found[static_cast<std::size_t>(of)];
      EXPECT_EQ(own.ids, best.ids) << of;
      EXPECT_NEAR(own.score, best.score, 1e-6) << of;
      EXPECT_TRUE(own.ended);
    }
  }
}

TEST(BeamSearch, ABeamOfOneTakesTheLikeliestTokenEachTime) {
  const auto found = beam_search(20, kTokens, kEnd, rows_for, {.beam = 1, .longest = 30});
  for (std::int64_t of = 0; of < 20; ++of) {
    Ids ids;
    for (;;) {
      const std::vector<double> next = logarithms(of, ids);
      const auto token = std::max_element(next.begin(), next.end()) - next.begin();
      if (token == kEnd || ids.size() == 30) break;
      ids.push_back(token);
    }
    EXPECT_EQ(found[static_cast<std::size_t>(of)].ids, ids) << of;
  }
}

TEST(BeamSearch, SequencesDoNotDependOnTheOthers) {
  for (const std::int64_t beam : {1, 2, 5}) {
    const SearchOptions options{.beam = beam, .longest = 12};
    const auto together = beam_search(9, kTokens, kEnd, rows_for, options);
    for (std::int64_t of = 0; of < 9; ++of) {
      const auto alone = beam_search(1, kTokens, kEnd,
                                     [of](std::span<const std::int64_t> rows, std::span<const Ids> ids) {
                                       const Ids same(rows.size(), of);
                                       return rows_for(same, ids);
                                     },
                                     options);
      EXPECT_EQ(alone[0].ids, together[static_cast<std::size_t>(of)].ids);
      EXPECT_EQ(alone[0].score, together[static_cast<std::size_t>(of)].score);
    }
  }
}

// The first token ends with 0.6, but what goes on is much better by the average: a search that stops at the
// first end misses it.
TEST(BeamSearch, DoesNotStopBeforeABetterEndCanCome) {
  const auto next = [](std::span<const std::int64_t> of, std::span<const Ids> ids) {
    std::vector<float> rows;
    for (std::size_t k = 0; k < of.size(); ++k) {
      const bool begun = !ids[k].empty();
      const bool late = ids[k].size() == 8;
      for (std::int64_t id = 0; id < kTokens; ++id) {
        const double p = !begun ? (id == kEnd ? 0.6 : id == 0 ? 0.4 : 0)
                         : late ? (id == kEnd ? 1 : 0)
                                : (id == 0 ? 1 : 0);
        rows.push_back(static_cast<float>(std::log(p)));
      }
    }
    return rows;
  };
  const auto found = beam_search(1, kTokens, kEnd, next, {.beam = 2, .longest = 20});
  EXPECT_EQ(found[0].ids, Ids(8, 0));
  EXPECT_NEAR(found[0].score, std::log(0.4) / 9, 1e-6);
  EXPECT_TRUE(beam_search(1, kTokens, kEnd, next, {.beam = 2, .penalty = LengthPenalty::none})[0].ids.empty());
  EXPECT_FALSE(beam_search(1, kTokens, kEnd, next, {.beam = 1, .longest = 20})[0].ids.size());
}

TEST(BeamSearch, WhatIsCutIsReturnedWhereNothingEnds) {
  const auto next = [](std::span<const std::int64_t> of, std::span<const Ids>) {
    std::vector<float> rows;
    for (std::size_t k = 0; k < of.size(); ++k) rows.insert(rows.end(), {0, -INFINITY, -INFINITY, -INFINITY});
    return rows;
  };
  const auto found = beam_search(1, kTokens, kEnd, next, {.beam = 3, .longest = 4});
  EXPECT_EQ(found[0].ids, Ids(4, 0));
  EXPECT_FALSE(found[0].ended);
}

TEST(BadInput, C41_SearchesRefuseOptionsOutOfRangeAndNaN) {
  testing::expect_error<ValueError>([] { beam_search(1, kTokens, kEnd, rows_for, {.beam = 0}); }, {"beam is 0"});
  testing::expect_error<ValueError>(
      [] {
        beam_search(1, 2, 1, [](auto, auto) { return std::vector<float>{NAN, 0}; });
      },
      {"NaN"});
}

data::Dataset some_pairs() {
  std::vector<data::Record> records;
  const char* pairs[][2] = {{"I see a dog.", "我看见一只狗。"}, {"He sees a red cat.", "他看见一只红猫。"},
                            {"I see.", "我看见。"}, {"A dog sees a big red cat and I see it.", "一只狗看见一只大红猫，我看见它。"}};
  for (const auto& [text, translation] : pairs)
    records.push_back({{"text", data::HostArray::of_text(text)},
                       {"translation", data::HostArray::of_text(translation)},
                       {"references", data::HostArray::of_text(translation)}});
  return data::records(std::move(records));
}

// The same network, alone and together with other texts, which pad it.
TEST(Translation, TextsDoNotDependOnTheBatchNorItsPadding) {
  for (const char* model : {"translation-transformer", "seq2seq-bahdanau", "seq2seq-luong"}) {
    random::seed(3);
    const data::Dataset pairs = some_pairs();
    const train::TaskRef task = make("translation");
    const data::Recipe recipe = task->recipe(pairs).fit(pairs);
    const data::Dataset ready = recipe.training(pairs);
    const bool transformer = std::string(model) == "translation-transformer";
    const nn::Model net = models::make(
        model, *task->outputs(ready.info()),
        transformer ? options::Values{{"width", 16}, {"heads", 2}, {"layers", 1}, {"source_vocabulary", 40}}
                    : options::Values{{"units", 12}, {"embedding", 8}, {"source_vocabulary", 40}});
    train::Trainer trainer(net, task, optim::Adam(1e-2));
    trainer.fit(ready.batch(4), {.epochs = 3});
    const std::vector<std::string> tokens = ready.info().classes;
    std::vector<data::Record> all;
    for (std::int64_t i = 0; i < pairs.size(); ++i) all.push_back(pairs.record(i));
    for (const std::int64_t beam : {1, 3}) {
      const SearchOptions search{.beam = beam, .longest = 12};
      const auto together = translate(*net, recipe, tokens, all, search, true);
      for (std::size_t k = 0; k < all.size(); ++k) {
        const auto alone = translate(*net, recipe, tokens, {all[k]}, search);
        EXPECT_EQ(alone[0].text, together[k].text) << model;
        EXPECT_NEAR(alone[0].score, together[k].score, 1e-4) << model;
        if (!transformer) {
          ASSERT_EQ(together[k].attention.size(), together[k].to.size() * together[k].from.size());
          float sum = 0;
          for (std::size_t s = 0; s < together[k].from.size(); ++s) sum += together[k].attention[s];
          EXPECT_NEAR(sum, 1, 1e-4) << model << ": padding was looked at";
        }
      }
    }
  }
}

}  // namespace
}  // namespace luge::tasks
