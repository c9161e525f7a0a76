// EventReader: whole records of a file that may be cut, damaged, or still growing.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "io/files/system_calls.h"
#include "io/tensorboard/fields.h"
#include "io/tensorboard/parse_event.h"
#include "io/tensorboard/record.h"
#include "luge/error.h"
#include "luge/io/tensorboard.h"

namespace luge::io {

struct EventReader::State {
  explicit State(std::filesystem::path file) : path(std::move(file)) {
    do {
      descriptor = system_calls().open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    } while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0) fail("open", errno);
    if (struct stat status; ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
      system_calls().close(std::exchange(descriptor, -1));
      throw FileError(fmt::format("{}: is not a regular file", path.string()));
    }
  }
  ~State() {
    if (descriptor >= 0) system_calls().close(descriptor);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[noreturn]] void fail(std::string_view action, int reason) const {
    throw FileError(fmt::format("{}: cannot {}: {}", path.string(), action,
                                std::error_code(reason, std::generic_category()).message()));
  }

  std::uint64_t size() const {
    struct stat status;
    if (::fstat(descriptor, &status) != 0) fail("read", errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

  // Up to `count` bytes from `offset` on; fewer at the end of the file.
  std::string_view read(std::uint64_t offset, std::size_t count) {
    buffer.resize(count);
    std::size_t done = 0;
    while (done < count) {
      const ssize_t got = system_calls().pread(descriptor, buffer.data() + done, count - done,
                                               static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("read", errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return std::string_view(buffer).substr(0, done);
  }

  std::optional<Event> next() {
    for (;;) {
      const std::uint64_t end = size();
      if (at + kRecordHead > end) return std::nullopt;
      const std::string_view head = read(at, kRecordHead);
      if (head.size() < kRecordHead) return std::nullopt;
      const auto length = record_length(head);
      if (!length) {
        if (!look_for_head(end)) return std::nullopt;
        continue;
      }
      const std::uint64_t whole = kRecordHead + *length + kRecordTail;
      if (at + whole > end) return std::nullopt;  // it may still come
      const std::string_view rest = read(at + kRecordHead, static_cast<std::size_t>(*length) + kRecordTail);
      if (rest.size() < *length + kRecordTail) return std::nullopt;
      at += whole;
      in_damage = false;
      const std::string_view bytes = rest.substr(0, static_cast<std::size_t>(*length));
      if (record_is_right(bytes, rest.substr(bytes.size()))) {
        if (auto event = parse_event(bytes)) return event;
      }
      ++damaged;
    }
  }

  // Moves on to the next head with a right checksum. At the end, what is there may be the begin of one.
  bool look_for_head(std::uint64_t end) {
    constexpr std::size_t kBlock = std::size_t{1} << 20;
    if (!std::exchange(in_damage, true)) ++damaged;
    for (++at; at + kRecordHead <= end;) {
      const std::string_view block = read(at, kBlock);
      if (block.size() < kRecordHead) return false;
      for (std::size_t k = 0; k + kRecordHead <= block.size(); ++k, ++at) {
        const auto length = record_length(block.substr(k, kRecordHead));
        if (length && at + kRecordHead + *length + kRecordTail <= end) return true;
      }
    }
    return false;
  }

  std::filesystem::path path;
  int descriptor = -1;
  std::string buffer;
  std::uint64_t at = 0;
  std::int64_t damaged = 0;
  bool in_damage = false;
};

EventReader::EventReader(const std::filesystem::path& file) : state_(std::make_unique<State>(file)) {}
EventReader::~EventReader() = default;
EventReader::EventReader(EventReader&&) noexcept = default;
EventReader& EventReader::operator=(EventReader&&) noexcept = default;
std::optional<Event> EventReader::next() { return state_->next(); }
std::int64_t EventReader::damaged() const { return state_->damaged; }

std::vector<std::filesystem::path> event_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().filename().string().starts_with(kEventFile)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Event> read_events(const std::filesystem::path& folder) {
  std::vector<Event> all;
  for (const std::filesystem::path& file : event_files(folder)) {
    EventReader reader(file);
    while (auto event = reader.next()) {
      if (event->restarts)
        std::erase_if(all,
                      [&](const Event& before) { return before.step >= event->step && before.step > 0; });
      all.push_back(std::move(*event));
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Event& a, const Event& b) { return a.step < b.step; });
  return all;
}

}  // namespace luge::io
