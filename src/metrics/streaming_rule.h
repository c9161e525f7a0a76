// What host metrics share: options, parts that are merged, and saving what was seen.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "luge/error.h"
#include "luge/metrics/host_metric.h"
#include "luge/options.h"

namespace luge::metrics {

/// The rule Self(name, options). Options are compared with ==. Seen is what was seen so far:
///   void add(const Seen& other);
///   std::string text() const;
///   static Seen parse(const std::string& who, const std::string& text, const Options& options);
template <class Self, class Options, class Seen>
class StreamingRule : public HostRule {
 public:
  StreamingRule(std::string name, const Options& options) : name_(std::move(name)), options_(options) {
    options::check("metric " + name_, options_);
  }

  std::string name() const override { return name_; }
  std::unique_ptr<HostRule> fresh() const override { return std::make_unique<Self>(name_, options_); }

  std::unique_ptr<HostRule> of_classes(const std::vector<std::string>& classes) const override {
    Options options = options_;
    if constexpr (requires { options.classes; }) {
      if (options.classes.empty()) options.classes = classes;
    }
    return std::make_unique<Self>(name_, options);
  }

  void merge(const HostRule& other) override {
    const auto* same = dynamic_cast<const Self*>(&other);
    if (!same || same->name_ != name_ || !(same->options_ == options_)) {
      throw ValueError(
          fmt::format("{}: cannot take what '{}' has seen; merge takes the same metric with the same options",
                      name_, other.name()));
    }
    const Seen others = same->seen_;  // it may be this one
    seen_.add(others);
  }

  std::string state() const override { return seen_.text(); }
  void restore(const std::string& state) override { seen_ = Seen::parse(name_, state, options_); }

 protected:
  std::string name_;
  Options options_;
  Seen seen_;
};

}  // namespace luge::metrics
