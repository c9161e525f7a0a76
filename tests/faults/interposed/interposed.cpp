// A library that is loaded before libc (LD_PRELOAD) and lets one system call on files of a folder fail. The
// test says which by the environment:
//   LUGE_FAULT_UNDER   the folder; calls on other files are passed on
//   LUGE_FAULT_CALL    open, write, fsync, close, rename or unlink
//   LUGE_FAULT_AT      the number of the call that fails, from 1; 0: none does
//   LUGE_FAULT_TIMES   how many calls fail from there on; 0: all
//   LUGE_FAULT_ERROR   errno; 0: a write takes only half of its bytes
//   LUGE_FAULT_COUNT   a file to which the number of calls of that kind is written at the end
//   LUGE_FAULT_QUICK   set: fsync does nothing and no libraries are loaded later, such as that which draws
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

namespace {

constexpr int kFiles = 4096;
std::atomic<bool> watched[kFiles];  // by file descriptor
std::atomic<long> calls{0};

const char* setting(const char* name) {
  const char* text = getenv(name);
  return text ? text : "";
}

long number(const char* name) { return strtol(setting(name), nullptr, 10); }

bool is_under(const char* path) {
  const char* const folder = setting("LUGE_FAULT_UNDER");
  if (!*folder || !path) return false;
  char whole[8192];
  if (path[0] == '/') {
    snprintf(whole, sizeof whole, "%s", path);
  } else {
    char here[4096];
    if (!getcwd(here, sizeof here)) return false;
    snprintf(whole, sizeof whole, "%s/%s", here, path);
  }
  return strncmp(whole, folder, strlen(folder)) == 0;
}

// Counts a call of this kind. True: it shall fail.
bool counted(const char* kind) {
  if (strcmp(kind, setting("LUGE_FAULT_CALL")) != 0) return false;
  const long own = ++calls, at = number("LUGE_FAULT_AT"), times = number("LUGE_FAULT_TIMES");
  return at > 0 && own >= at && (times == 0 || own < at + times);
}

// True: the call shall fail, with errno set; not for a short write.
bool fails(const char* kind) {
  if (!counted(kind)) return false;
  errno = static_cast<int>(number("LUGE_FAULT_ERROR"));
  return errno != 0;
}

bool is_watched(int file) { return file >= 0 && file < kFiles && watched[file]; }

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

int open_watched(const char* path, int flags, mode_t mode) {
  using Open = int (*)(const char*, int, ...);
  static Open own = next<Open>("open");
  const bool under = is_under(path);
  if (under && fails("open")) return -1;
  const int file = own(path, flags, mode);
  if (file >= 0 && file < kFiles) watched[file] = under;
  return file;
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

ssize_t written(ssize_t (*write_bytes)(int, const void*, size_t, off_t), int file, const void* bytes,
                size_t count, off_t offset) {
  if (is_watched(file) && counted("write")) {
    errno = static_cast<int>(number("LUGE_FAULT_ERROR"));
    if (errno != 0) return -1;
    count = count > 1 ? count / 2 : count;
  }
  return write_bytes(file, bytes, count, offset);
}

__attribute__((destructor)) void tell_count() {
  const char* const path = setting("LUGE_FAULT_COUNT");
  if (!*path) return;
  if (FILE* file = fopen(path, "w")) {
    fprintf(file, "%ld\n", calls.load());
    fclose(file);
  }
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_watched(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_watched(path, flags, mode);
}

ssize_t write(int file, const void* bytes, size_t count) {
  static auto own = next<ssize_t (*)(int, const void*, size_t)>("write");
  return written([](int f, const void* b, size_t c, off_t) { return own(f, b, c); }, file, bytes, count, 0);
}

ssize_t pwrite(int file, const void* bytes, size_t count, off_t offset) {
  static auto own = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return written([](int f, const void* b, size_t c, off_t o) { return own(f, b, c, o); }, file, bytes, count,
                 offset);
}

ssize_t pwrite64(int file, const void* bytes, size_t count, off_t offset) {
  return pwrite(file, bytes, count, offset);
}

int fsync(int file) {
  static auto own = next<int (*)(int)>("fsync");
  if (is_watched(file) && fails("fsync")) return -1;
  return *setting("LUGE_FAULT_QUICK") ? 0 : own(file);
}

int fdatasync(int file) { return fsync(file); }

int close(int file) {
  static auto own = next<int (*)(int)>("close");
  const bool failing = is_watched(file) && fails("close");
  const int reason = errno;
  if (file >= 0 && file < kFiles) watched[file] = false;
  const int result = own(file);  // Linux closes the file whatever it answers
  if (!failing) return result;
  errno = reason;
  return -1;
}

int rename(const char* from, const char* to) {
  static auto own = next<int (*)(const char*, const char*)>("rename");
  return is_under(to) && fails("rename") ? -1 : own(from, to);
}

int unlink(const char* path) {
  static auto own = next<int (*)(const char*)>("unlink");
  return is_under(path) && fails("unlink") ? -1 : own(path);
}

void* dlopen(const char* file, int flags) {
  static auto own = next<void* (*)(const char*, int)>("dlopen");
  return *setting("LUGE_FAULT_QUICK") && file ? nullptr : own(file, flags);
}
}
