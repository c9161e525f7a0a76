#include "fuzz/oracle.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <set>

#include "compile/pipeline.h"
#include "fuzz/ops.h"
#include "luge/autodiff.h"
#include "luge/error.h"
#include "luge/graph.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "support/paths.h"
#include "support/run_graph.h"

namespace luge::fuzz {
namespace {

class Reader {
 public:
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}
  template <class T>
  T take() {
    T value;
    copy(&value, sizeof value);
    return value;
  }
  void copy(void* to, std::size_t count) {
    if (at_ + count > bytes_.size()) throw FormatError("the oracle's answer ends early");
    if (count) std::memcpy(to, bytes_.data() + at_, count);
    at_ += count;
  }

 private:
  const std::string& bytes_;
  std::size_t at_ = 0;
};

class TorchOracle final : public Oracle {
 public:
  explicit TorchOracle(std::string python) : python_(std::move(python)) { start(); }
  ~TorchOracle() override { stop(); }

  void ask(const std::vector<Case>& cases, int runs) override {
    const std::string source = folder_.file("cases.txt");
    {
      std::ofstream file(source);
      for (const Case& c : cases) file << to_text(c);
    }
    count_ = cases.size();
    const std::string line = fmt::format("{} {} {}\n", source, folder_.file("answers"), runs);
    if (::write(to_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) fail();
  }

  std::vector<Expected> answer() override { return parse_expected(written(), count_); }

  std::string written() override {
    char byte = 0;
    std::string line;
    while (byte != '\n') {
      if (::read(from_, &byte, 1) != 1) fail();
      line += byte;
    }
    if (line != "ok\n") fail();
    return testing::read_file(folder_.file("answers"));
  }

  void restart() override {
    stop();
    start();
  }

 private:
  void start() {
    int to[2], from[2];
    if (::pipe(to) != 0 || ::pipe(from) != 0) throw StateError("no pipe for the oracle");
    const std::string script = (testing::source_dir() / "tests/fuzz/oracle.py").string();
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(to[0], 0);
      ::dup2(from[1], 1);
      for (int file : {to[0], to[1], from[0], from[1]}) ::close(file);
      ::execlp(python_.c_str(), python_.c_str(), script.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(to[0]);
    ::close(from[1]);
    to_ = to[1];
    from_ = from[0];
    std::signal(SIGPIPE, SIG_IGN);
    try {
      ask({}, 0);
      answer();
    } catch (...) {
      stop();
      throw;
    }
  }

  void stop() {
    if (child_ <= 0) return;
    ::close(to_);
    ::close(from_);
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }

  [[noreturn]] void fail() const {
    throw StateError(fmt::format(
        "{} does not answer as the oracle: it needs PyTorch and NumPy (python3 -m pip install torch numpy; "
        "python=PATH names another Python); against=reference compares with the reference loops instead",
        python_));
  }

  std::string python_;
  testing::TempDir folder_;
  pid_t child_ = -1;
  int to_ = -1, from_ = -1;
  std::size_t count_ = 0;
};

class ReferenceOracle final : public Oracle {
 public:
  void ask(const std::vector<Case>& cases, int) override { cases_ = cases; }

  std::string written() override { throw StateError("golden values come from against=torch"); }

  std::vector<Expected> answer() override {
    std::vector<Expected> answers;
    for (const Case& c : cases_) {
      try {
        answers.push_back({{}, compute(c)});
      } catch (const std::exception& error) {
        answers.push_back({error.what(), {}});
      }
    }
    return answers;
  }

 private:
  static std::vector<Wanted> compute(const Case& c) {
    std::map<int, Tensor> given;
    Tensors leaves, roots;
    std::vector<testing::Value> values;
    for (std::size_t k = 0; k < c.lines.size(); ++k) {
      if (!c.lines[k].leaf()) continue;
      values.push_back(testing::value_of(leaf_value(c.lines[k], f64)));
      leaves.push_back(argument_leaf(values.back().type, "leaf", is_floating(values.back().type.dtype)));
      given[static_cast<int>(k)] = leaves.back();
    }
    const Tensors all = build(c, given, f64);
    Tensor loss = scalar(0, f64);
    for (std::size_t k = 0; k < c.outputs.size(); ++k) {
      roots.push_back(all[static_cast<std::size_t>(c.outputs[k])]);
      if (!is_floating(roots.back().dtype())) continue;
      const Tensor weight = loss_weight(k, roots.back().shape(), f64);
      loss = loss + sum((roots.back().dtype() == f64 ? roots.back() : cast(roots.back(), f64)) * weight);
    }
    Tensors targets;
    for (int value : c.gradients) targets.push_back(given.at(value));
    if (!targets.empty()) {
      for (const Tensor& g : grad(loss, targets, {.seed = {}, .allow_unused = true})) roots.push_back(g);
    }
    std::set<std::string> disabled;
    for (const compiler::Pass& pass : compiler::passes()) {
      if (pass.name != "decompose") disabled.insert(std::string(pass.name));
    }
    std::vector<Wanted> results;
    for (const testing::Value& value : testing::run_graph(roots, leaves, values, {.disabled = disabled})) {
      Wanted wanted{value.type.shape, testing::numbers(value)};
      for (double number : wanted.values) {
        if (!std::isfinite(number)) continue;
        wanted.fine = std::max(wanted.fine, 3e-6 * std::abs(number));
        wanted.coarse = std::max(wanted.coarse, 0.01 * std::abs(number));
      }
      wanted.fine_square = wanted.fine * std::sqrt(static_cast<double>(wanted.values.size()));
      wanted.coarse_square = wanted.coarse * std::sqrt(static_cast<double>(wanted.values.size()));
      if (!is_floating(value.type.dtype)) wanted.fine = 0;
      results.push_back(std::move(wanted));
    }
    return results;
  }

  std::vector<Case> cases_;
};

}  // namespace

std::vector<Expected> parse_expected(const std::string& bytes, std::size_t cases) {
  Reader reader(bytes);
  std::vector<Expected> all(cases);
  for (Expected& expected : all) {
    const auto failed = reader.take<std::int32_t>();
    const auto count = static_cast<std::size_t>(reader.take<std::int64_t>());
    if (failed) {
      expected.error.resize(count);
      reader.copy(expected.error.data(), count);
      continue;
    }
    expected.results.resize(count);
    for (Wanted& wanted : expected.results) {
      for (double* distance : {&wanted.fine, &wanted.fine_square, &wanted.coarse, &wanted.coarse_square})
        *distance = reader.take<double>();
      std::vector<std::int64_t> shape(static_cast<std::size_t>(reader.take<std::int64_t>()));
      reader.copy(shape.data(), shape.size() * sizeof(std::int64_t));
      wanted.shape = Shape(shape);
      wanted.values.resize(static_cast<std::size_t>(wanted.shape.elements()));
      reader.copy(wanted.values.data(), wanted.values.size() * sizeof(double));
    }
  }
  return all;
}

std::unique_ptr<Oracle> torch_oracle(const std::string& python) {
  return std::make_unique<TorchOracle>(python);
}
std::unique_ptr<Oracle> reference_oracle() { return std::make_unique<ReferenceOracle>(); }

}  // namespace luge::fuzz
