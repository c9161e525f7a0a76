// A few hundred cases of the fuzzer with values that PyTorch gave, in every way a case can run, and the
// fuzzer's own parts. `luge_fuzz golden` writes tests/golden/fuzz_cases.txt and fuzz_values.bin.
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "fuzz/differential.h"
#include "fuzz/draft.h"
#include "fuzz/minimize.h"
#include "fuzz/ops.h"
#include "support/paths.h"
#include "support/source_tree.h"
#include "support/temp_dir.h"

namespace luge::fuzz {
namespace {

class GoldenCases : public ::testing::TestWithParam<Mode> {};

TEST_P(GoldenCases, GiveWhatPyTorchGave) {
  const auto folder = testing::source_dir() / "tests/golden";
  const std::vector<Case> cases = parse_cases(testing::read_file(folder / "fuzz_cases.txt"));
  const auto expected = parse_expected(testing::read_file(folder / "fuzz_values.bin"), cases.size());
  ASSERT_GE(cases.size(), 200u);
  for (std::size_t k = 0; k < cases.size(); ++k) {
    Mode mode = GetParam();
    if (cases[k].gradients.empty() && mode.way == Way::step) continue;
    EXPECT_EQ(difference(cases[k], mode, run(cases[k], mode), expected[k]), "") << to_text(cases[k]);
  }
}

constexpr Mode mode(DType real, Way way, int threads = 1, Math math = Math::fast, bool narrow = false,
                    bool tight = false, Update update = Update::descent) {
  return {real, narrow, way, math, threads, tight, update};
}
INSTANTIATE_TEST_SUITE_P(
    Modes, GoldenCases,
    ::testing::Values(mode(f64, Way::eager), mode(f64, Way::step, 2), mode(f32, Way::parts),
                      mode(f32, Way::compiled, 2, Math::strict), mode(f32, Way::step),
                      mode(f32, Way::step, 2, Math::fast, false, false, Update::guarded),
                      mode(f64, Way::step, 1, Math::fast, false, false, Update::momentum),
                      mode(f64, Way::step, 1, Math::fast, false, false, Update::adam),
                      mode(f32, Way::eager, 2, Math::fast, true),
                      mode(f32, Way::compiled, 1, Math::fast, false, true)));

TEST(FuzzCase, IsReadAsItIsWritten) {
  for (std::uint64_t k = 0; k < 40; ++k) {
    const std::string text = to_text(draw_case(5, k));
    const std::vector<Case> read = parse_cases(text);
    ASSERT_EQ(read.size(), 1u);
    EXPECT_EQ(to_text(read[0]), text);
    EXPECT_EQ(to_text(draw_case(5, k)), text);  // the same each time
  }
}

TEST(FuzzCase, NamesTheLineItCannotRead) {
  for (const char* line :
       {"v0 = leaf dtype=real shape", "v1 = relu(v0)", "outputs w0", "mode f32 sideways", "v0 = relu(v0"}) {
    try {
      parse_cases("case 1 of seed 1\n  " + std::string(line) + "\n");
      ADD_FAILURE() << line << " was read";
    } catch (const FormatError& error) {
      EXPECT_NE(std::string(error.what()).find(line), std::string::npos) << error.what();
    }
  }
}

TEST(Minimizer, KeepsOnlyWhatFails) {
  const Case c = parse_cases(
      "case 1 of seed 1\n"
      "  v0 = leaf dtype=real high=1 low=-1 seed=3 shape=4,6\n"
      "  v1 = leaf dtype=real high=1 low=-1 seed=4 shape=1,6\n"
      "  v2 = mul(v0, v1)\n"
      "  v3 = tanh(v2)\n"
      "  v4 = sum(v3) axes=1\n"
      "  v5 = exp(v4)\n"
      "  outputs v2 v5\n  gradients v0 v1\n  mode f64 eager fast threads=1\n  mode f32 step fast threads=2\n")
      [0];
  const Fails fails = [](const Case& candidate) {
    return std::any_of(candidate.lines.begin(), candidate.lines.end(),
                       [](const Line& line) { return line.op == "tanh"; });
  };
  const Case small = minimized(c, fails, 200);
  EXPECT_EQ(small.lines.size(), 2u) << to_text(small);
  EXPECT_EQ(small.lines[0].shape().elements(), 1) << to_text(small);
  EXPECT_EQ(small.modes.size(), 1u);
  EXPECT_TRUE(small.gradients.empty());
}

// Every function of the ops' headers that takes a tensor can be drawn, or the reason stands here.
TEST(FuzzOps, CoverThePublicOps) {
  const std::set<std::string> elsewhere = {
      "unique_consecutive",  // its shape is known by running it
      "masked_select",
      "nonzero",  // the same
      "while_loop",
      "cond",  // functions of functions, which are no text
      "clamp_min",
      "clamp_max",  // the row clamp, with one bound
      "guard_finite",
      "guard_step",  // behind a guarded update
      "to_index",
      "is_label",
      "gaussian_kernel",
      "box_kernel",
      "kernel",
      "sobel_kernel",
      "laplacian_kernel",
      "sharpen_kernel",
      "emboss_kernel",  // of numbers alone
      "squeeze_labels",
      "to_signs",
      "class_shares",  // whole numbers in, and refusals
      "spatial_dropout",
      "drop_path",
      "gaussian_dropout",
      "gaussian_noise",
      "alpha_dropout"  // random numbers are no values to compare
  };
  std::set<std::string> drawn;
  for (std::uint64_t k = 0; k < 3000; ++k) {
    for (const Line& line : draw_case(11, k).lines) drawn.insert(line.op);
  }
  const std::regex declaration(
      R"(^(?:Tensors?|Sorted|BatchNormed|RnnOutput|LstmOutput|GruOutput|Runs|LogDeterminant|Svd) (\w+)\()");
  for (const testing::SourceFile& file : testing::source_files({"include/luge/ops"})) {
    if (file.path.ends_with("random.h")) continue;  // random numbers are no values to compare
    for (const std::string& line : file.lines) {
      std::smatch match;
      if (!std::regex_search(line, match, declaration) || elsewhere.contains(match[1])) continue;
      std::string name = std::regex_replace(match[1].str(), std::regex("[123]d$"), "");
      if (name == "dropout") name = "dropout_off";
      EXPECT_TRUE(ops().contains(name))
          << name << " of " << file.path << " has no row in tests/fuzz/ops_*.cpp";
      EXPECT_TRUE(drawn.contains(name)) << name << " is never drawn: tests/fuzz/draw_*.cpp";
    }
  }
}

}  // namespace
}  // namespace luge::fuzz
