// Errors of a user's function say which record it was given.
#pragma once

#include <fmt/format.h>

#include <exception>

#include "luge/data/source.h"
#include "luge/error.h"

namespace luge::data {

/// Runs a function that makes something of record `index`. Errors of Luge keep their type and begin with
/// where the record comes from; what is no error of Luge becomes the nested exception of a ValueError.
template <class F>
Record at_record(const Source& source, std::int64_t index, F function) {
  const auto text = [&](const std::exception& error) {
    return fmt::format("{}: {}", source.where(index), error.what());
  };
  try {
    return function();
  } catch (const ShapeError& error) {
    throw ShapeError(text(error));
  } catch (const DTypeError& error) {
    throw DTypeError(text(error));
  } catch (const ValueError& error) {
    throw ValueError(text(error));
  } catch (const IndexError& error) {
    throw IndexError(text(error));
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    std::throw_with_nested(ValueError(text(error)));
  }
}

}  // namespace luge::data
