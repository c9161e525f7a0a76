#include "train/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace luge::train {
namespace {

constexpr std::int64_t kBarWidth = 20;

double seconds(Progress::Clock::duration time) { return std::chrono::duration<double>(time).count(); }

std::string bar(std::int64_t step, std::int64_t steps, bool colour) {
  const std::int64_t filled =
      steps > 0 ? std::clamp<std::int64_t>(step * kBarWidth / steps, 0, kBarWidth) : 0;
  std::string text = colour ? "\x1b[32m" : "";
  for (std::int64_t i = 0; i < kBarWidth; ++i) {
    if (i == filled && colour) text += "\x1b[0m";
    text += i < filled ? "━" : "─";
  }
  return text + (colour ? "\x1b[0m" : "");
}

// Cut to so many columns; the bar's characters take several bytes each.
std::string cut(const std::string& text, int columns) {
  int used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
    } else if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80 && ++used > columns) {
      return text.substr(0, i);
    }
  }
  return text;
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

void Progress::begin_epoch(std::int64_t epoch, std::int64_t epochs, std::int64_t steps,
                           Clock::time_point now) {
  epoch_ = epoch;
  epochs_ = epochs;
  steps_ = steps;
  start_ = last_draw_ = now;
  if (style_.terminal) out_ << fmt::format("Epoch {}/{}\n", epoch + 1, epochs) << std::flush;
}

bool Progress::due(Clock::time_point now) const {
  return style_.terminal && now - last_draw_ >= std::chrono::milliseconds(50);
}

std::string Progress::line(std::int64_t step, const Logs& logs, Clock::time_point now) const {
  const double elapsed = seconds(now - start_);
  std::string text =
      fmt::format("{}/{} {} {} {}/step", step, steps_, bar(step, steps_, style_.colour),
                  duration_text(elapsed), step_time_text(step > 0 ? elapsed / static_cast<double>(step) : 0));
  for (const auto& [name, value] : logs) text += fmt::format(" - {}: {:.4f}", name, value);
  return text;
}

void Progress::draw(std::int64_t step, const Logs& logs, Clock::time_point now) {
  last_draw_ = now;
  out_ << "\r\x1b[K" << cut(line(step, logs, now), style_.columns - 1) << std::flush;
}

void Progress::end_epoch(std::int64_t step, const Logs& logs, Clock::time_point now) {
  if (style_.terminal) {
    out_ << "\r\x1b[K";
  } else {
    out_ << fmt::format("Epoch {}/{} ", epoch_ + 1, epochs_);
  }
  out_ << line(step, logs, now) << '\n' << std::flush;
}

}  // namespace luge::train
