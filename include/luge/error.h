// The one exception family. The text says where, which rule, what was expected, what came, and the fix when
// known.
#pragma once

#include <stdexcept>
#include <string>

namespace luge {

/// Base class of the exceptions that Luge throws. what() says where it happened, which rule was broken, what
/// was expected, what was received, and how to fix it when that is known.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A shape, a rank or an axis does not fit an operation.
class ShapeError : public Error {
 public:
  using Error::Error;
};
/// A dtype does not fit an operation, or two dtypes are mixed without a cast.
class DTypeError : public Error {
 public:
  using Error::Error;
};
/// An argument is outside its allowed values.
class ValueError : public Error {
 public:
  using Error::Error;
};
/// An index is outside its axis. It is found while a program runs; the text names the index and its position.
class IndexError : public Error {
 public:
  using Error::Error;
};
/// A graph is used in a wrong way: there is no gradient path, a value is read while a function is traced, a
/// placeholder is not fed, or a graph that is needed was released when it was evaluated.
class GraphError : public Error {
 public:
  using Error::Error;
};
/// A Variable is read before it has a value, or a module is used before it is built.
class StateError : public Error {
 public:
  using Error::Error;
};
/// A loss, a gradient or a checked value is NaN or infinite.
class NonFiniteError : public Error {
 public:
  using Error::Error;
};
/// Memory could not be allocated, or a memory limit cannot be kept. The text names the number of bytes.
class MemoryError : public Error {
 public:
  using Error::Error;
};
/// The operating system refused a file operation. The text names the path and the reason.
class FileError : public Error {
 public:
  using Error::Error;
};
/// The content of a file breaks its format. The text names the path, the position in the file, what was
/// expected and what was found.
class FormatError : public Error {
 public:
  using Error::Error;
};

}  // namespace luge
