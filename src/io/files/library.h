// A library whose functions are looked up when they are first needed.
#pragma once

#include <string>

namespace luge::io {

/// A library that is loaded at run time. It stays when the object is gone.
class Library {
 public:
  /// Loads it. Throws StateError that begins with `purpose` and names the Debian packages.
  Library(const char* file, std::string purpose, std::string packages);
  /// Takes a function of it. Throws StateError likewise.
  template <class Function>
  void find(Function*& function, const char* name) const {
    function = reinterpret_cast<Function*>(find(name));
  }

 private:
  void* find(const char* name) const;
  [[noreturn]] void fail() const;
  std::string purpose_, packages_;
  void* library_;
};

}  // namespace luge::io

/// The members of a structure of functions, and how they are found in a Library `library` for one called
/// `found`: `list` is a macro that applies another one to each name.
#define LUGE_LIBRARY_MEMBER(name) decltype(&::name) name;
#define LUGE_LIBRARY_FIND(name) library.find(found.name, #name);
