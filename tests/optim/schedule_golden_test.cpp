// The factor of every schedule at 130 steps against PyTorch, optax and Keras, which
// tests/golden/make_schedules.py wrote down. The names of the rows are texts that schedule::named reads.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "luge/io/safetensors.h"
#include "luge/optim/schedule.h"
#include "support/errors.h"
#include "support/paths.h"

namespace luge::optim {
namespace {

using testing::expect_error;

// The factors of each row, and of the rows of Keras, whose numbers are float32.
struct Goldens {
  Goldens() {
    const io::SafetensorsFile file(
        (testing::source_dir() / "tests/golden/optim/schedules.safetensors").string());
    for (const io::StoredTensor& stored : file.tensors())
      rows[stored.name] =
          tensor_from_bytes(file.read(stored.name), stored.dtype, stored.shape).to_vector<double>();
  }
  std::map<std::string, std::vector<double>> rows;
};

TEST(ScheduleGolden, FactorsAreThoseOfTheReference) {
  const std::string of_keras = "keras ";
  for (const auto& [key, factors] : Goldens().rows) {
    const bool keras = key.starts_with(of_keras);
    const std::size_t begin = keras ? of_keras.size() : 0, bar = key.find('|');
    const Schedule own = schedule::named(key.substr(begin, bar - begin), std::stoll(key.substr(bar + 1)));
    EXPECT_GE(factors.size(), 100u) << key;
    for (std::size_t k = 0; k < factors.size(); ++k) {
      const double tolerance = keras ? 2e-6 : 1e-12;
      ASSERT_NEAR(own.at(static_cast<std::int64_t>(k)), factors[k], tolerance) << key << " at step " << k;
    }
  }
}

TEST(ScheduleGolden, EveryScheduleHasARow) {
  const Goldens goldens;
  for (const std::string& name : schedule::names()) {
    if (name.starts_with("test-")) continue;
    int rows = 0;
    for (const auto& [key, factors] : goldens.rows) rows += key.substr(0, key.find_first_of("(|")) == name;
    EXPECT_GE(rows, name == "constant" || name == "piecewise" ? 1 : 2)
        << name << ": add it to tests/golden/make_schedules.py";
  }
}

TEST(Schedule, StaysWhereItEnds) {
  for (const auto& [name, end] : std::map<std::string, double>{{"one-cycle", 1 / 25e4},
                                                               {"polynomial(floor=0.25)", 0.25},
                                                               {"cosine(floor=0.125)", 0.125},
                                                               {"multi-step", 0.01}}) {
    EXPECT_NEAR(schedule::named(name, 50).at(49 + (name == "one-cycle" ? 0 : 1)), end, 1e-12) << name;
    EXPECT_NEAR(schedule::named(name, 50).at(100000), end, 1e-12) << name;
  }
}

TEST(Schedule, IsPositiveOverTrainingsOfAnyLength) {
  for (const std::string& name : schedule::names()) {
    for (const std::int64_t total : {1, 2, 3, 7, 1000}) {
      const Schedule own = schedule::named(name, total);
      for (std::int64_t k = 0; k < total; k += std::max<std::int64_t>(1, total / 50)) {
        EXPECT_GT(own.at(k), 0) << name << ' ' << k << " of " << total;
        EXPECT_LE(own.at(k), 1 + 1e-12) << name << ' ' << k << " of " << total;
      }
    }
  }
}

TEST(Schedule, OfPartsFollowsOneAfterTheOther) {
  const Schedule parts =
      schedule::sequence({{3, schedule::warm_up(3)}, {4, {}}, {1, schedule::step(2, 0.5)}});
  const double expected[] = {1.0 / 3, 2.0 / 3, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.25};
  for (std::int64_t k = 0; k < 12; ++k) EXPECT_NEAR(parts.at(k), expected[k], 1e-12) << k;
  EXPECT_EQ(parts.name(), "warm_up, then constant, then constant, then step");
  expect_error<ValueError>([] { schedule::sequence({}); }, {"no part"});
  expect_error<ValueError>([] { schedule::sequence({{0, {}}, {1, {}}}); }, {"0 steps"});
}

TEST(Schedule, RefusesWhatMakesNoSense) {
  const auto refuses = [](const char* text, const char* part) {
    try {
      schedule::named(text, 100);
      ADD_FAILURE() << text << " was taken";
    } catch (const ValueError& error) {  // an OptionError, or one about several options
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  refuses("multi-step(milestones=[5,5])", "5,5 do not rise from 1");
  refuses("multi-step(milestones=[0])", "do not rise from 1");
  refuses("piecewise(boundaries=[5],factors=[1])", "1 factors for 1 boundaries; expected 2");
  refuses("piecewise(factors=[-1])", "a factor is -1");
  refuses("polynomial(power=0)", "power is 0");
  refuses("cosine-restarts(longer=0)", "longer is 0");
  refuses("cosine-restarts(peak=2)", "peak is 2");
  refuses("cyclical(cycle=square)", "triangular, triangular2");
  refuses("cyclical(decay=0)", "decay is 0");
  refuses("cyclical(gamma=0.5)", "there is no option 'gamma'");
  refuses("one-cycle(rising=2)", "rising is 2");
  refuses("one-cycle(start=0.5)", "start is 0.5");
  refuses("inverse-time(decay=-1)", "decay is -1");
}

}  // namespace
}  // namespace luge::optim
