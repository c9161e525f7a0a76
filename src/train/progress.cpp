#include "train/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace luge::train {
namespace {

constexpr std::int64_t kBarWidth = 20;

double seconds(Progress::Clock::duration time) { return std::chrono::duration<double>(time).count(); }

// Columns that a text takes on a terminal: characters of several bytes are one, colors none.
int width_of(const std::string& text) {
  int used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
    } else if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) {
      ++used;
    }
  }
  return used;
}

}  // namespace

std::string duration_text(double time) {
  const auto whole = static_cast<std::int64_t>(time + 0.5);
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m {}s", whole / 60, whole % 60);
  return fmt::format("{}h {}m", whole / 3600, whole / 60 % 60);
}

std::string step_time_text(double time) {
  if (time < 0.9995e-3) return fmt::format("{:.0f}us", time * 1e6);
  if (time < 0.09995) return fmt::format("{:.1f}ms", time * 1e3);
  if (time < 0.9995) return fmt::format("{:.0f}ms", time * 1e3);
  return fmt::format("{:.1f}s", time);
}

void Progress::begin_epoch(std::int64_t epoch, std::int64_t epochs, std::int64_t steps, Clock::time_point now,
                           std::int64_t done) {
  epoch_ = epoch;
  epochs_ = epochs;
  steps_ = steps;
  done_ = step_ = done;
  start_ = last_draw_ = now;
  if (first_epoch_ < 0) first_epoch_ = epoch, first_start_ = now;
  if (!style_.terminal) return;
  in_place_ = kept_any_ && epoch + 1 < epochs && now - last_kept_ < std::chrono::milliseconds(100);
  if (in_place_) return;
  if (!pending_.empty()) out_ << "\r\x1b[K";
  pending_.clear();
  out_ << heading() << '\n' << std::flush;
}

// "Epoch 3/5", and the remaining time when it is long.
std::string Progress::heading() const {
  std::string text = fmt::format("Epoch {}/{}", epoch_ + 1, epochs_);
  const std::int64_t done = epoch_ - first_epoch_;
  if (done > 0) {
    const double rest =
        seconds(start_ - first_start_) / static_cast<double>(done) * static_cast<double>(epochs_ - epoch_);
    if (rest >= 10) text += fmt::format(", about {} to go", duration_text(rest));
  }
  return text;
}

bool Progress::due(Clock::time_point now) const {
  return now - last_draw_ >= (style_.terminal ? std::chrono::milliseconds(50) : std::chrono::minutes(1));
}

std::string Progress::bar(std::int64_t width) const {
  const std::int64_t filled = steps_ > 0 ? std::clamp<std::int64_t>(step_ * width / steps_, 0, width) : 0;
  std::string done, rest;
  for (std::int64_t i = 0; i < filled; ++i) done += "━";
  for (std::int64_t i = filled; i < width; ++i) rest += style_.color ? "━" : "─";
  if (!style_.color) return done + rest;
  return "\x1b[32m" + done + "\x1b[37m" + rest + "\x1b[0m";  // green, then white
}

Progress::Parts Progress::parts(std::int64_t step, const Logs& logs, Clock::time_point now,
                                bool running) const {
  const double elapsed = seconds(now - start_);
  const std::int64_t made = step - done_;
  const double one = made > 0 ? elapsed / static_cast<double>(made) : 0;
  const std::string whole = std::to_string(steps_);
  Parts all{fmt::format("{:>{}}/{}", step, style_.terminal ? whole.size() : 0, whole),
            duration_text(elapsed),
            step_time_text(one) + "/step",
            {}};
  if (running && made > 0)
    all.time = "ETA " + duration_text(one * static_cast<double>(std::max<std::int64_t>(0, steps_ - step)));
  for (const auto& [name, value] : logs) all.figures.push_back(fmt::format("{}: {:.4f}", name, value));
  if (rate_) all.figures.push_back(fmt::format("lr: {:.3g}", *rate_));
  return all;
}

std::string Progress::whole(const Parts& parts, std::int64_t bar_width) const {
  const auto bold = [&](const std::string& part) {
    return style_.color ? "\x1b[1m" + part + "\x1b[0m" : part;
  };
  std::string text = bold(parts.counter);
  if (bar_width > 0) text += " " + bar(bar_width);
  text += " " + bold(parts.time);
  if (!parts.step_time.empty()) text += " " + parts.step_time;
  for (const std::string& figure : parts.figures) text += " - " + figure;
  return text;
}

std::string Progress::fitted(const Parts& parts, int columns) const {
  for (Parts fewer = parts;; fewer.figures.pop_back()) {
    Parts bare = fewer;
    bare.step_time.clear();
    for (const auto& [form, bar_width] :
         {std::pair{&fewer, kBarWidth}, {&fewer, kBarWidth / 2}, {&bare, kBarWidth / 2}, {&bare, 0L}}) {
      if (std::string text = whole(*form, bar_width); width_of(text) <= columns) return text;
    }
    if (fewer.figures.empty()) return width_of(parts.counter) <= columns ? parts.counter : "";
  }
}

std::string Progress::broken(const Parts& parts, int columns) const {
  constexpr std::string_view kIndent = "        ";
  Parts head = parts;
  head.figures.clear();
  std::string text = whole(head, kBarWidth);
  if (width_of(text) > columns) text = fitted(head, columns);
  int used = width_of(text);
  for (const std::string& figure : parts.figures) {
    const int length = width_of(figure);
    if (used + 3 + length <= columns) {
      text += " - " + figure;
      used += 3 + length;
    } else {
      text += fmt::format("\n{}{}", kIndent, figure);
      used = static_cast<int>(kIndent.size()) + length;
    }
  }
  return text;
}

void Progress::draw(std::int64_t step, const Logs& logs, Clock::time_point now) {
  last_draw_ = now;
  step_ = step;
  const Parts line = parts(step, logs, now, true);
  if (style_.terminal) {
    const std::string before = in_place_ ? heading() + " " : "";
    out_ << "\r\x1b[K" << before << fitted(line, style_.columns() - 1 - width_of(before)) << std::flush;
  } else {
    out_ << heading() << ' ' << whole(line, kBarWidth) << '\n' << std::flush;
  }
}

void Progress::end_epoch(std::int64_t step, const Logs& logs, Clock::time_point now) {
  step_ = step;
  const Parts line = parts(step, logs, now, false);
  if (!style_.terminal) {
    out_ << fmt::format("Epoch {}/{} ", epoch_ + 1, epochs_) << whole(line, kBarWidth) << '\n' << std::flush;
    return;
  }
  const int columns = style_.columns() - 1;
  if (in_place_) {
    pending_ = heading() + "\n" + broken(line, columns) + "\n";
    if (now - last_place_ < std::chrono::milliseconds(50)) return;
    last_place_ = now;
    const std::string before = heading() + " ";
    out_ << "\r\x1b[K" << before << fitted(line, columns - width_of(before)) << std::flush;
    return;
  }
  out_ << "\r\x1b[K" << broken(line, columns) << '\n' << std::flush;
  last_kept_ = now;
  kept_any_ = true;
}

void Progress::finish() {
  if (pending_.empty()) return;
  out_ << "\r\x1b[K" << pending_ << std::flush;
  pending_.clear();
}

}  // namespace luge::train
