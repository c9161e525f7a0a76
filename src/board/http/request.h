// A request of HTTP/1.1 for reading: GET and HEAD, strictly. What may be understood in two ways is refused.
// Source: RFC 9110, RFC 9112.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace luge::board::http {

struct Limits {
  std::size_t target = 2048;  // bytes of the target
  std::size_t head = 8192;    // bytes of all lines
  std::size_t headers = 64;   // lines
};

struct Request {
  std::string method;                                        // "GET" or "HEAD"
  std::string path;                                          // decoded, begins with '/'
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  bool keep_alive = true;

  bool is_head() const { return method == "HEAD"; }
  /// Empty when there is none.
  std::string_view header(std::string_view name) const;
};

/// What became of the first bytes of a connection.
struct Parsed {
  int status = 0;        // 0: more bytes are needed; 200: it is complete; else it is refused with this status
  std::string why = {};  // of a refusal
  std::size_t used = 0;  // bytes of a complete request
  Request request = {};
};
Parsed parse(std::string_view bytes, const Limits& limits = {});

/// "/a%20b" without its escapes. Empty when it is not a path that may name something: broken escapes, a
/// control sign, "." or ".." as a part.
std::string decoded_path(std::string_view target);

/// The name in a Host header, without the port; empty when it is not one.
std::string host_name(std::string_view host);
/// Whether it is an address, 127.0.0.1 or [::1], and not a name that could mean another address tomorrow.
bool is_address(std::string_view host);

/// "Not Found"
std::string_view reason_of(int status);

}  // namespace luge::board::http
