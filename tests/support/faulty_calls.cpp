#include "support/faulty_calls.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>

namespace luge::testing {
namespace {

struct Fault {
  int error = 0;
  int after = 0;
};

struct State {
  std::mutex mutex;
  std::array<Fault, 7> faults;
  std::size_t longest_transfer = static_cast<std::size_t>(-1);
  bool interrupts = false;
  bool interrupt_now = false;
  std::vector<FaultyCalls::Event> log;

  // Whether this call shall fail; sets errno and logs it if so.
  bool fails(FaultyCalls::Event event) {
    const std::lock_guard guard(mutex);
    Fault& fault = faults[static_cast<std::size_t>(event.call)];
    int error = fault.error != 0 && fault.after-- <= 0 ? fault.error : 0;
    if (error == 0 && interrupts &&
        (event.call == Call::pread || event.call == Call::write || event.call == Call::fsync)) {
      interrupt_now = !interrupt_now;
      if (interrupt_now) error = EINTR;
    }
    if (error == 0) return false;
    event.failed = true;
    log.push_back(std::move(event));
    errno = error;
    return true;
  }

  template <class Result>
  Result note(FaultyCalls::Event event, Result result) {
    const int kept = errno;
    const std::lock_guard guard(mutex);
    event.failed = result < 0;
    log.push_back(std::move(event));
    errno = kept;
    return result;
  }
};

State* state = nullptr;

int faulty_open(const char* path, int flags, mode_t mode) {
  if (state->fails({.call = Call::open, .path = path})) return -1;
  const int file = ::open(path, flags, mode);
  return state->note({.call = Call::open, .file = file, .path = path}, file);
}

ssize_t faulty_pread(int file, void* bytes, std::size_t count, off_t offset) {
  if (state->fails({.call = Call::pread, .file = file})) return -1;
  const ssize_t got = ::pread(file, bytes, std::min(count, state->longest_transfer), offset);
  const std::size_t taken = got < 0 ? 0 : static_cast<std::size_t>(got);
  return state->note({.call = Call::pread, .file = file, .bytes = taken}, got);
}

ssize_t faulty_write(int file, const void* bytes, std::size_t count) {
  if (state->fails({.call = Call::write, .file = file})) return -1;
  const ssize_t written = ::write(file, bytes, std::min(count, state->longest_transfer));
  const std::size_t taken = written < 0 ? 0 : static_cast<std::size_t>(written);
  return state->note({.call = Call::write, .file = file, .bytes = taken}, written);
}

int faulty_fsync(int file) {
  if (state->fails({.call = Call::fsync, .file = file})) return -1;
  return state->note({.call = Call::fsync, .file = file}, ::fsync(file));
}

int faulty_close(int file) {
  const bool fails = state->fails({.call = Call::close, .file = file});
  const int kept = errno;
  const int result = ::close(file);  // the file is closed whatever the answer
  if (!fails) return state->note({.call = Call::close, .file = file}, result);
  errno = kept;
  return -1;
}

int faulty_rename(const char* from, const char* to) {
  if (state->fails({.call = Call::rename, .path = to})) return -1;
  return state->note({.call = Call::rename, .path = to}, ::rename(from, to));
}

int faulty_unlink(const char* path) {
  if (state->fails({.call = Call::unlink, .path = path})) return -1;
  return state->note({.call = Call::unlink, .path = path}, ::unlink(path));
}

constexpr io::SystemCalls kFaulty = {faulty_open,  faulty_pread,  faulty_write, faulty_fsync,
                                     faulty_close, faulty_rename, faulty_unlink};

}  // namespace

FaultyCalls::FaultyCalls() {
  state = new State;
  before_ = io::replace_system_calls(&kFaulty);
}

FaultyCalls::~FaultyCalls() {
  io::replace_system_calls(before_);
  delete state;
  state = nullptr;
}

void FaultyCalls::fail(Call call, int error, int after) {
  state->faults[static_cast<std::size_t>(call)] = {error, after};
}
void FaultyCalls::shorten(std::size_t bytes) { state->longest_transfer = bytes; }
void FaultyCalls::interrupt() { state->interrupts = true; }
const std::vector<FaultyCalls::Event>& FaultyCalls::log() const { return state->log; }
void FaultyCalls::clear_log() { state->log.clear(); }

}  // namespace luge::testing
