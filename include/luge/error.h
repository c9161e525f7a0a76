// The one exception family. The text says where, which rule, what was expected, what came, and the fix when
// known.
#pragma once

#include <stdexcept>
#include <string>

namespace luge {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Extents, ranks and axes that do not fit an operation.
class ShapeError : public Error {
 public:
  using Error::Error;
};
/// Element types that do not fit an operation, or mix without a cast.
class DTypeError : public Error {
 public:
  using Error::Error;
};
/// An argument outside its allowed values.
class ValueError : public Error {
 public:
  using Error::Error;
};
/// An index outside its axis, met while running; names value and position.
class IndexError : public Error {
 public:
  using Error::Error;
};
/// Graph misuse: no gradient path, a cut graph, reading a value while tracing, an unfed placeholder.
class GraphError : public Error {
 public:
  using Error::Error;
};
/// A Variable read before it has a value, or a module used before it is built.
class StateError : public Error {
 public:
  using Error::Error;
};
/// A loss, gradient or checked value became NaN or infinite.
class NonFiniteError : public Error {
 public:
  using Error::Error;
};
/// Memory that could not be had; the text names the bytes asked for.
class MemoryError : public Error {
 public:
  using Error::Error;
};
/// The operating system refused a file operation; the text holds path and reason.
class FileError : public Error {
 public:
  using Error::Error;
};
/// A file's content breaks its format; the text holds path, place, expected, received.
class FormatError : public Error {
 public:
  using Error::Error;
};

}  // namespace luge
