// EventWriter: what is logged becomes records of an event file.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "core/utf8.h"
#include "io/image/png.h"
#include "io/tensorboard/event_file.h"
#include "io/tensorboard/fields.h"
#include "io/tensorboard/messages.h"
#include "io/tensorboard/record.h"
#include "luge/error.h"
#include "luge/io/tensorboard.h"

namespace luge::io {
namespace {

constexpr std::size_t kKept = std::size_t{64} << 10, kLongestTag = 1024;

double real_clock() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void check_tag(const std::string& tag) {
  const auto refuse = [&](const std::string& what) {
    std::string shown = valid_utf8(std::string_view(tag).substr(0, 40));
    std::replace_if(shown.begin(), shown.end(), is_control, '?');
    throw ValueError(
        fmt::format("EventWriter: the tag '{}' {}; expected 1 to {} bytes of UTF-8 without "
                    "control characters",
                    shown, what, kLongestTag));
  };
  if (tag.empty()) refuse("is empty");
  if (tag.size() > kLongestTag) refuse(fmt::format("has {} bytes", tag.size()));
  if (first_invalid_utf8(tag) != std::string_view::npos) refuse("is not UTF-8");
  for (const char c : tag) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      refuse(fmt::format("has the character {:#04x}", c));
  }
}

void check_graph(const std::vector<GraphNode>& nodes) {
  std::set<std::string_view> names;
  for (const GraphNode& node : nodes) {
    check_tag(node.name);
    if (!names.insert(node.name).second)
      throw ValueError(fmt::format("EventWriter: two nodes of the graph are named '{}'", node.name));
  }
  for (const GraphNode& node : nodes) {
    for (const std::string& input : node.inputs) {  // "name:1" is the second output
      if (!names.contains(std::string_view(input).substr(0, input.find(':'))))
        throw ValueError(
            fmt::format("EventWriter: the node '{}' reads '{}', which is not a node", node.name, input));
    }
  }
}

}  // namespace

struct EventWriter::State {
  State(const std::filesystem::path& folder, const EventWriterOptions& options)
      : clock(options.clock ? options.clock : real_clock), file(folder, clock()) {}

  void add(MessageWriter event) {
    append_record(kept, event.text());
    if (kept.size() >= kKept) flush();
  }
  MessageWriter event(std::int64_t step = 0) const {
    MessageWriter made;
    made.real(field::event::wall_time, clock());
    if (step != 0) made.whole(field::event::step, step);
    return made;
  }
  void add_value(const std::string& tag, const MessageWriter& rest, std::int64_t step) {
    check_tag(tag);
    MessageWriter value, summary;
    value.bytes(field::value::tag, tag);
    summary.bytes(field::summary::value, value.text() + rest.text());
    add(event(step).message(field::event::summary, summary));
  }
  // What could not be written is dropped: a second try must not write it twice.
  void flush() {
    const struct Clear {
      std::string& text;
      ~Clear() { text.clear(); }
    } clear{kept};
    if (!kept.empty()) file.append(kept);
  }

  std::function<double()> clock;
  EventFile file;
  std::string kept;
};

EventWriter::EventWriter(const std::filesystem::path& folder, const EventWriterOptions& options)
    : state_(std::make_unique<State>(folder, options)) {
  state_->add(state_->event().bytes(field::event::file_version, kEventVersion));
  if (options.restart_at > 0) {
    MessageWriter session;
    session.whole(field::session::status, field::session::start);
    state_->add(state_->event(options.restart_at).message(field::event::session, session));
  }
  state_->flush();
}
EventWriter::EventWriter(EventWriter&&) noexcept = default;
EventWriter& EventWriter::operator=(EventWriter&&) noexcept = default;
EventWriter::~EventWriter() {
  try {
    if (state_) state_->flush();
  } catch (const Error&) {  // a destructor has no one to tell
  }
}

void EventWriter::flush() { state_->flush(); }
const std::filesystem::path& EventWriter::path() const { return state_->file.path(); }

void EventWriter::scalar(const std::string& tag, double value, std::int64_t step) {
  state_->add_value(tag, scalar_message(value), step);
}

void EventWriter::histogram(const std::string& tag, const Histogram& histogram, std::int64_t step) {
  state_->add_value(tag, histogram_message(histogram), step);
  if (histogram.left_out > 0) scalar(tag + "/not_finite", static_cast<double>(histogram.left_out), step);
}

void EventWriter::image(const std::string& tag, const Image& image, std::int64_t step) {
  state_->add_value(tag, image_message(image), step);
}

void EventWriter::image(const std::string& tag, const LoggedImage& image, std::int64_t step) {
  constexpr std::size_t kWidth = 16, kHeight = 20, kHead = 24;  // of the first chunk, after its name
  const auto number = [&](std::size_t at) {
    std::int64_t value = 0;
    for (std::size_t k = at; k < at + 4; ++k)
      value = value << 8 | static_cast<unsigned char>(image.encoded[k]);
    return value;
  };
  if (!image.encoded.starts_with("\x89PNG") || image.encoded.size() < kHead)
    throw ValueError(fmt::format("EventWriter: the picture '{}' is not a PNG file", tag));
  LoggedImage sized = image;
  sized.width = number(kWidth);
  sized.height = number(kHeight);
  state_->add_value(tag, image_message(sized), step);
}

void EventWriter::text(const std::string& tag, const std::string& text, std::int64_t step) {
  state_->add_value(tag, text_message(valid_utf8(text)), step);
}

void EventWriter::pr_curve(const std::string& tag, const PrCurve& curve, std::int64_t step) {
  state_->add_value(tag, pr_curve_message(curve), step);
}

void EventWriter::graph(const std::vector<GraphNode>& nodes) {
  check_graph(nodes);
  state_->add(state_->event().bytes(field::event::graph, graph_message(nodes).text()));
}

void EventWriter::hparams(const Hparams& hparams) {
  state_->add_value("_hparams_/experiment", experiment_message(hparams), 0);
  state_->add_value("_hparams_/session_start_info", session_start_message(hparams, state_->clock()), 0);
}

void EventWriter::end_hparams(RunStatus status) {
  state_->add_value("_hparams_/session_end_info", session_end_message(status, state_->clock()), 0);
}

}  // namespace luge::io
