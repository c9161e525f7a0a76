// Counts of labels that were predicted and of those that are true.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace luge::metrics {

/// How often one class was predicted, how often it is true, and how often both at once.
struct ClassCount {
  std::int64_t both = 0, predicted = 0, actual = 0;
  bool operator==(const ClassCount&) const = default;
};

/// The counts of all classes that occur, by label. The order in which they were added leaves no trace.
class ClassCounts {
 public:
  void add_predicted(std::int64_t label) { ++counts_[label].predicted; }
  void add_actual(std::int64_t label) { ++counts_[label].actual; }
  void add_both(std::int64_t label) {
    ClassCount& count = counts_[label];
    ++count.both, ++count.predicted, ++count.actual;
  }
  void add(const ClassCounts& other);

  /// Zeros for a class that does not occur.
  ClassCount of(std::int64_t label) const;
  auto begin() const { return counts_.begin(); }
  auto end() const { return counts_.end(); }

  /// The counts as JSON: [[label, both, predicted, actual], …].
  std::string text() const;
  /// Reads text(). `classes`: the number of classes, 0 when it is not known. Throws FormatError naming `who`.
  static ClassCounts parse(const std::string& who, const std::string& text, std::int64_t classes);

 private:
  std::map<std::int64_t, ClassCount> counts_;
};

}  // namespace luge::metrics
