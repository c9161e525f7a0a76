// Whatever a program does, when one of its allocations fails, all state is as it was before or as it is
// after, never in between, and the next time gives what it would have given.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/data/sources.h"
#include "luge/graph.h"
#include "luge/loss/loss.h"
#include "luge/luge.h"
#include "luge/random.h"
#include "runtime/allocations.h"
#include "support/faulty_calls.h"
#include "support/temp_dir.h"

namespace luge::testing {
namespace {

using Values = std::vector<double>;
using Everything = std::vector<std::pair<std::string, Values>>;

struct Subject {
  nn::Sequential net =
      nn::sequential(nn::Linear(4), nn::BatchNorm(), nn::Relu(), nn::Dropout(0.5), nn::Linear(2));
  metrics::Accuracy accuracy;
  train::Trainer trainer{net, loss::SoftmaxCrossEntropy(), optim::Adam(0.01), {.metrics = {accuracy}}};
  data::Dataset data = data::tensors(tensor<float>({1, 2, -1, 0.5, 3, 1, -2, 2}, {4, 2}),
                                     tensor<std::int64_t>({0, 1, 1, 0}, {4}));
  Tensor x = tensor<float>({1, 2, -1, 0.5, 3, 1}, {3, 2});
  optim::Optimizer momentum = optim::Momentum(0.1);
  graph::Session session;
  Tensor fed = graph::placeholder(f32, {3, 2}, "x");
  Variable v{zeros({2}), "v"}, w{ones({2}), "w"};
  graph::Operation update;
  TempDir dir;
  CompiledFunction<Tensor, Tensor> step = compile([this](const Tensor& in) {
    const Tensor cost = sum(square(net(in)));
    momentum.step(net.named_parameters(), grad(cost, net.parameters()));
    return cost;
  });

  explicit Subject(bool with_files = false) {
    random::seed(3);
    trainer.prepare(data.info());
    trainer.fit(data.batch(4));
    momentum.track(net.named_parameters());
    update = graph::group({graph::assign(v, v + sum(fed, 0)), graph::assign(w, w * v)});
    for (const Variable& each : {v, w}) session.set_value(each, each.value());
    if (with_files) trainer.save(dir.file("other.safetensors"));
    trainer.fit(data.batch(4), {.epochs = 2});
    step(x);
    if (with_files) trainer.save(dir.file("before.safetensors"));
  }

  Everything state() const {
    Everything all;
    const auto add = [&](const std::string& name, const Tensor& value) {
      all.emplace_back(name, value.to_vector<double>());
    };
    for (const auto& [name, variable] : net.named_parameters()) add(name, variable.value());
    for (const auto& [name, variable] : net.named_buffers()) add(name, variable.value());
    for (const auto& [name, variable] : trainer.optimizer().state())
      add("optimizer " + name, variable.value());
    for (const auto& [name, variable] : momentum.state()) add("momentum " + name, variable.value());
    for (const Variable& sum : accuracy.state()) add("metric", sum.value());
    for (const Variable& each : {v, w}) add("session " + each.name(), session.value(each));
    Values modes = {net.training() ? 1.0 : 0.0};
    for (const auto& [name, child] : net.children()) modes.push_back(child->training() ? 1 : 0);
    all.emplace_back("modes", modes);
    const random::State generator = random::state();
    all.emplace_back("random",
                     Values{static_cast<double>(generator.seed), static_cast<double>(generator.draw)});
    return all;
  }
};

/// Something a program does. Its result is empty where there is none but the state.
struct Way {
  std::string name;
  std::function<Values(Subject&)> run;
  bool is_fit = false;  // resets metrics before its first step, and reads the loss after it
};

Tensor cost_of(const Subject& s, const Tensor& x) { return sum(square(s.net(x))); }

Values numbers(const Tensor& x) { return x.to_vector<double>(); }

std::vector<Way> ways() {
  return {
      {"forward",
       [](Subject& s) {
         s.net(s.x);
         return Values();
       }},
      {"build",
       [](Subject& s) {
         nn::sequential(nn::Linear(3), nn::BatchNorm(), nn::Dropout(0.5), nn::Linear(2))(s.x);
         return Values();
       }},
      {"build while compiling",
       [](Subject& s) {
         const auto fresh = nn::sequential(nn::Linear(3), nn::BatchNorm(), nn::Linear(2));
         const optim::Adam adam(0.1);
         const auto step = compile([&](const Tensor& x) {
           const Tensor cost = sum(square(fresh(x)));
           adam.step(fresh.named_parameters(), grad(cost, fresh.parameters()));
           return cost;
         });
         try {
           step(s.x);
         } catch (...) {
           EXPECT_FALSE(fresh.built());
           EXPECT_EQ(adam.state().size(), 2u);  // step and learning rate
           throw;
         }
         return Values();
       }},
      {"gradients",
       [](Subject& s) {
         const nn::Probe probe(s.net, true);
         const Tensors all = grad(cost_of(s, s.x), s.net.parameters());
         eval(all);
         return numbers(all[0]);
       }},
      {"step",
       [](Subject& s) {
         const Variables parameters = s.net.parameters();
         Tensors gradients;
         for (const Variable& each : parameters) gradients.push_back(ones(each.shape()) * 0.5);
         s.momentum.step(parameters, std::move(gradients));
         return Values();
       }},
      {"compiled for the first time",
       [](Subject& s) {
         const auto step = compile([&](const Tensor& x) {
           const Tensor cost = cost_of(s, x);
           s.momentum.step(s.net.named_parameters(), grad(cost, s.net.parameters()));
           return cost;
         });
         step(s.x);
         return Values();
       }},
      {"compiled",
       [](Subject& s) {
         s.step(s.x);
         return Values();
       }},
      {"session",
       [](Subject& s) {
         s.session.run(s.update, {{s.fed, s.x}});
         return Values();
       }},
      {"fit",
       [](Subject& s) {
         s.trainer.fit(s.data.batch(4));
         return Values();
       },
       true},
      {"evaluate", [](Subject& s) { return Values{s.trainer.evaluate(s.data.batch(3)).metrics[0].second}; }},
      {"predict", [](Subject& s) { return numbers(s.trainer.predict(s.x)); }},
      {"predict of the net", [](Subject& s) { return numbers(s.net.predict(s.x)); }},
      {"summary", [](Subject& s) { return Values{static_cast<double>(nn::summary(s.net, {2}).parameters)}; }},
      {"profile",
       [](Subject& s) {
         s.trainer.profile({s.x, tensor<std::int64_t>({0, 1, 1}, {3})}, 1);
         return Values();
       }},
  };
}

// What reads and writes files. Destructors of the JSON library allocate, and end the program when they
// cannot: here the calls to the system fail.
std::vector<Way> ways_with_files() {
  return {
      {"save and load",
       [](Subject& s) {
         s.net.save(s.dir.file("net.safetensors"));
         const nn::Probe probe(s.net, false);
         return numbers(nn::load(s.dir.file("net.safetensors"))(s.x));
       }},
      {"checkpoint",
       [](Subject& s) {
         s.trainer.save(s.dir.file("all.safetensors"));
         return Values();
       }},
      {"restore",
       [](Subject& s) {
         s.trainer.restore(s.dir.file("other.safetensors"));
         return Values();
       }},
  };
}

void PrintTo(const Way& way, std::ostream* out) { *out << way.name; }

/// The first and last ones and some between.
std::set<std::uint64_t> sample(std::uint64_t count) {
  std::set<std::uint64_t> chosen;
  for (std::uint64_t n = 1; n <= count; n += 1 + n / 200) chosen.insert(n);
  for (std::uint64_t n = 0; n < std::min<std::uint64_t>(count, 40); ++n) chosen.insert(count - n);
  return chosen;
}

void expect_same(const Everything& got, const Everything& right) {
  ASSERT_EQ(got.size(), right.size());
  for (std::size_t k = 0; k < got.size(); ++k) ASSERT_EQ(got[k], right[k]);
}

class FailingAllocations : public ::testing::TestWithParam<Way> {};

TEST_P(FailingAllocations, LeaveTheStateBeforeOrAfter) {
  Way way = GetParam();
  auto subject = std::make_unique<Subject>();
  const Everything before = subject->state();
  Everything reset = before;
  for (auto& [name, values] : reset) {
    if (name == "metric") values.assign(values.size(), 0);
  }
  Values result;
  std::uint64_t count = 0;
  {
    const FailingAllocation none(std::uint64_t{1} << 60);
    result = way.run(*subject);
    count = none.made();
  }
  const Everything after = subject->state();
  subject = std::make_unique<Subject>();
  expect_same(subject->state(), before);

  int failures = 0;
  for (const std::uint64_t nth : sample(count)) {
    SCOPED_TRACE("allocation " + std::to_string(nth) + " of " + std::to_string(count));
    bool thrown = false;
    {
      const FailingAllocation failing(nth);
      try {
        way.run(*subject);
      } catch (const std::exception&) {
        thrown = true;
      }
      if (!failing.failed()) thrown = false;
    }
    const Everything now = subject->state();
    failures += thrown ? 1 : 0;
    const bool same = now == before || (way.is_fit && now == reset);
    if (!way.is_fit && thrown) {  // whatever fails, fails before the first write
      expect_same(now, before);
    }
    if (thrown && same) {
      ASSERT_EQ(way.run(*subject), result);
      expect_same(subject->state(), after);
    } else {
      expect_same(now, after);
    }
    if (HasFatalFailure()) return;
    if (now == before && before == after) continue;
    subject = std::make_unique<Subject>();
  }
  EXPECT_GT(failures, 5);
}

class FailingCalls : public ::testing::TestWithParam<Way> {};

TEST_P(FailingCalls, LeaveTheStateBeforeOrAfter) {
  const Way& way = GetParam();
  Subject subject(true);
  const Everything before = subject.state();
  int failures = 0;
  for (const Call call : {Call::open, Call::pread, Call::write, Call::fsync, Call::close, Call::rename}) {
    for (int after = 0;; ++after) {
      bool thrown = false;
      {
        FaultyCalls calls;
        calls.fail(call, EIO, after);
        try {
          way.run(subject);
        } catch (const FileError&) {
          thrown = true;
        }
      }
      if (!thrown) break;
      ++failures;
      expect_same(subject.state(), before);
      if (HasFatalFailure()) return;
    }
    if (subject.state() != before) subject.trainer.restore(subject.dir.file("before.safetensors"));
    expect_same(subject.state(), before);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(failures, 1);
  way.run(subject);
}

std::string name_of_way(const ::testing::TestParamInfo<Way>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Ways, FailingAllocations, ::testing::ValuesIn(ways()), name_of_way);
INSTANTIATE_TEST_SUITE_P(Ways, FailingCalls, ::testing::ValuesIn(ways_with_files()), name_of_way);

}  // namespace
}  // namespace luge::testing
