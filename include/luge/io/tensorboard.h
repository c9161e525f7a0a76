// Event files of TensorBoard: writing them, and reading them back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "luge/io/image.h"
#include "luge/tensor.h"

namespace luge::io {

/// Numbers, counted in buckets. Limits grow by a tenth from bucket to bucket, so that small and large numbers
/// are told apart equally well. Source: TensorFlow's HistogramProto.
struct Histogram {
  double min = 0;                   ///< the smallest number; 0 when there are none
  double max = 0;                   ///< the largest number; 0 when there are none
  double count = 0;                 ///< how many numbers were counted
  double sum = 0;                   ///< their sum
  double sum_squares = 0;           ///< the sum of their squares
  std::vector<double> limits = {};  ///< upper limits of the buckets, ascending; a bucket is without its limit
  std::vector<double> counts = {};  ///< how many numbers are in each bucket
  std::int64_t left_out = 0;  ///< NaN and infinite numbers, which are not counted; a file does not hold this
};
/// Counts numbers. NaN and infinite ones are left out.
Histogram histogram_of(std::span<const double> numbers);
/// Counts the elements of a tensor of any dtype.
Histogram histogram_of(const Tensor& tensor);

/// How often a score above a threshold was right, for thresholds from 0 to 1 with equal steps.
struct PrCurve {
  std::vector<double> true_positives = {};   ///< positive samples whose score is at least the threshold
  std::vector<double> false_positives = {};  ///< negative samples whose score is at least the threshold
  std::vector<double> true_negatives = {};   ///< negative samples whose score is below
  std::vector<double> false_negatives = {};  ///< positive samples whose score is below
  std::vector<double> precision = {};  ///< true positives / samples whose score is at least the threshold
  std::vector<double> recall = {};     ///< true positives / positive samples
};
/// Returns the curve of scores in [0, 1] and truths. Throws ValueError when the numbers of both differ, a
/// score is not in [0, 1], or there are fewer than 2 thresholds. Source: TensorBoard's plugin pr_curves.
PrCurve pr_curve_of(std::span<const double> scores, const std::vector<bool>& truths,
                    std::int64_t thresholds = 201);

/// One node of a graph that TensorBoard shows. A name is a path: "encoder/conv1/weight" lies in the scope
/// "encoder/conv1", which folds.
struct GraphNode {
  std::string name;  ///< its path, different for each node
  std::string op;    ///< what it computes, such as "matmul"
  std::vector<std::string> inputs =
      {};                           ///< the names of the nodes that it reads; "a:1" is the second output of a
  std::string dtype = {};           ///< the type of its elements, such as "f32"; empty: not shown
  std::optional<Shape> shape = {};  ///< its shape; empty: not shown
};

/// The value of a hyperparameter.
using Hparam = std::variant<bool, double, std::string>;
/// What TensorBoard's table of hyperparameters shows of a run.
struct Hparams {
  std::vector<std::pair<std::string, Hparam>> values = {};  ///< the hyperparameters with their names
  std::vector<std::string> metrics = {};  ///< tags of scalars that become columns, such as "loss"
  /// The sub-run of each metric, such as "validation"; empty: all are in the run itself.
  std::vector<std::string> groups = {};
};
/// How a run ended.
enum class RunStatus : std::uint8_t {
  success = 1,  ///< all was done
  failure = 2,  ///< it ended with an error
  running = 3   ///< it was stopped and can go on
};

/// A picture in an event file.
struct LoggedImage {
  std::int64_t height = 0;    ///< the number of rows
  std::int64_t width = 0;     ///< the number of columns
  std::int64_t channels = 0;  ///< 1: gray; 3: red, green, blue; 4: with alpha
  std::string encoded = {};   ///< the bytes of the file, PNG when it was written by Luge
};
/// Numbers of any shape in an event file, such as those of a PR curve.
struct LoggedNumbers {
  std::vector<std::int64_t> shape = {};  ///< the extents
  std::vector<double> numbers = {};      ///< the elements in row-major order
};
/// One value of an event.
struct LoggedValue {
  std::string tag;          ///< what it is, such as "loss"
  std::string plugin = {};  ///< the part of TensorBoard that shows it: "scalars", "histograms", "hparams" …
  std::string content = {};  ///< bytes for the plugin, such as the hyperparameters
  /// A scalar, a histogram, a picture, texts, or numbers; nothing where the kind is not known.
  std::variant<std::monostate, double, Histogram, LoggedImage, std::vector<std::string>, LoggedNumbers>
      value = {};
};
/// One record of an event file.
struct Event {
  double wall_time = 0;                  ///< seconds since 1970
  std::int64_t step = 0;                 ///< the number of finished steps
  std::string file_version = {};         ///< "brain.Event:2" in the first record of a file, else empty
  std::string graph = {};                ///< a GraphDef message, else empty
  bool restarts = false;                 ///< what came before with this step or a later one does not count
  std::vector<LoggedValue> values = {};  ///< what was logged
};

/// Options of EventWriter.
struct EventWriterOptions {
  /// The first step that is written when a training goes on: what earlier files of the folder have from this
  /// step on does not count any more. 0: a new training.
  std::int64_t restart_at = 0;
  std::function<double()> clock = {};  ///< returns the wall time in seconds since 1970; empty: the real one
};
/// Writes a new event file into a folder. Records are kept until there are 64 KiB, or until flush. A tag is
/// 1 to 1024 bytes of UTF-8 without control characters; every function throws ValueError for another one, and
/// FileError when the file cannot be written or was deleted. A record is in the file completely, or the file
/// ends before it.
///
///     io::EventWriter writer("runs/mine/train");
///     writer.scalar("loss", 0.25, 100);
class EventWriter {
 public:
  /// Makes the folder and a file in it, events.out.tfevents.SECONDS.HOST.PID, whose name comes after
  /// those that are there. Throws FileError when that is not possible.
  explicit EventWriter(const std::filesystem::path& folder, const EventWriterOptions& options = {});
  /// Writes what is kept; errors are lost, so call flush before.
  ~EventWriter();
  EventWriter(EventWriter&&) noexcept;
  EventWriter& operator=(EventWriter&&) noexcept;

  /// Logs a number as f32. NaN and infinite ones are logged as they are.
  void scalar(const std::string& tag, double value, std::int64_t step);
  /// Logs a histogram. Numbers that were left out are logged as the scalar TAG/not_finite.
  void histogram(const std::string& tag, const Histogram& histogram, std::int64_t step);
  /// Logs a picture as PNG. Throws ValueError as write_png does.
  void image(const std::string& tag, const Image& image, std::int64_t step);
  /// Logs a picture that is a PNG file already, which says its extents. Throws ValueError for other bytes.
  void image(const std::string& tag, const LoggedImage& image, std::int64_t step);
  /// Logs a text, which TensorBoard shows as Markdown.
  void text(const std::string& tag, const std::string& text, std::int64_t step);
  /// Logs a PR curve.
  void pr_curve(const std::string& tag, const PrCurve& curve, std::int64_t step);
  /// Logs the graph. Throws ValueError when a name is empty or twice, or an input is not a node.
  void graph(const std::vector<GraphNode>& nodes);
  /// Logs the hyperparameters and the begin of a session.
  void hparams(const Hparams& hparams);
  /// Logs the end of the session.
  void end_hparams(RunStatus status);

  /// Writes what is kept.
  void flush();
  /// Returns the file.
  const std::filesystem::path& path() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads an event file record by record, also while it grows. A damaged record is left out: reading goes on
/// after it.
///
///     io::EventReader reader(file);
///     while (const auto event = reader.next()) std::cout << event->step << '\n';
class EventReader {
 public:
  /// Opens a file. Throws FileError when it cannot be read.
  explicit EventReader(const std::filesystem::path& file);
  ~EventReader();
  EventReader(EventReader&&) noexcept;
  EventReader& operator=(EventReader&&) noexcept;

  /// Returns the next whole record; nothing at the end of the whole ones. When the file has grown, a later
  /// call returns what came. Throws FileError when the file cannot be read.
  std::optional<Event> next();
  /// Returns the number of damaged stretches that were left out so far.
  std::int64_t damaged() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Returns the event files of a folder in the order in which they were begun; none when there is no folder.
std::vector<std::filesystem::path> event_files(const std::filesystem::path& folder);
/// Reads all event files of a folder. What a training that went on has written again is returned once, and
/// the events are ordered by step; those of one step keep their order. Throws FileError when a file cannot be
/// read.
std::vector<Event> read_events(const std::filesystem::path& folder);

}  // namespace luge::io
