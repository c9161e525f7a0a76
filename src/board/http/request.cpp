#include "board/http/request.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

namespace luge::board::http {
namespace {

Parsed refused(int status, std::string why) { return {.status = status, .why = std::move(why)}; }

// Letters of names of methods and headers.
bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

int digit_of(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

// "GET /path HTTP/1.1"; nothing when it is right.
std::optional<Parsed> read_first_line(std::string_view line, const Limits& limits, Request& request) {
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return refused(400, "the first line is not: METHOD TARGET VERSION");
  const std::string_view method = line.substr(0, first), target = line.substr(first + 1, last - first - 1),
                         version = line.substr(last + 1);
  if (!is_token(method)) return refused(400, "the method is not a word");
  if (target.size() > limits.target) return refused(414, "the target is too long");
  if (has_controls(target) || target.find(' ') != std::string_view::npos)
    return refused(400, "the target holds a blank or a control sign");
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return version.starts_with("HTTP/") ? refused(505, "the version is not HTTP/1.1")
                                        : refused(400, "the version is not HTTP/1.1");
  if (method != "GET" && method != "HEAD") return refused(405, "only GET and HEAD are allowed");
  if (!target.starts_with('/')) return refused(400, "the target does not begin with /");
  request.method = method;
  request.path = decoded_path(target.substr(0, target.find('?')));
  request.keep_alive = version == "HTTP/1.1";
  return std::nullopt;
}

std::optional<Parsed> read_header(std::string_view line, Request& request) {
  if (line.starts_with(' ') || line.starts_with('\t'))
    return refused(400, "a header goes on in the next line, which is not allowed any more");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return refused(400, "a header is not: NAME: VALUE");
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (has_controls(value)) return refused(400, "a header holds a control sign");
  request.headers.emplace_back(lower(line.substr(0, colon)), value);
  return std::nullopt;
}

// What may be understood in two ways, and what has a body.
std::optional<Parsed> check_headers(Request& request) {
  const auto count = [&](std::string_view name) {
    return std::count_if(request.headers.begin(), request.headers.end(),
                         [&](const auto& each) { return each.first == name; });
  };
  if (count("host") > 1 || (request.keep_alive && count("host") == 0))
    return refused(400, "there must be one Host header");
  if (count("content-length") > 1) return refused(400, "there are two Content-Length headers");
  if (count("transfer-encoding") > 0)
    return refused(400, "a request for reading has no body, but there is Transfer-Encoding");
  const std::string_view length = request.header("content-length");
  if (length.find_first_not_of("0123456789") != std::string_view::npos)
    return refused(400, "Content-Length is not a number");
  if (length.find_first_not_of('0') != std::string_view::npos)
    return refused(413, "a request for reading has no body");
  const std::string connection = lower(request.header("connection"));
  if (connection == "close") request.keep_alive = false;
  return std::nullopt;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

Parsed parse(std::string_view bytes, const Limits& limits) {
  Parsed parsed;
  std::size_t at = 0;
  for (std::size_t number = 0;; ++number) {
    const std::size_t end = bytes.find('\n', at);
    const std::size_t so_far = end == std::string_view::npos ? bytes.size() : end + 1;
    if (number == 0 && so_far > limits.target + 64 && bytes.find(' ') != std::string_view::npos)
      return refused(414, "the target is too long");
    if (so_far > limits.head) return refused(431, "the headers are too long");
    if (end == std::string_view::npos) return parsed;
    if (end == at || bytes[end - 1] != '\r') return refused(400, "a line does not end with CR LF");
    const std::string_view line = bytes.substr(at, end - 1 - at);
    if (line.find('\r') != std::string_view::npos) return refused(400, "a line holds CR");
    at = end + 1;
    if (number == 0) {
      if (auto wrong = read_first_line(line, limits, parsed.request)) return *wrong;
      continue;
    }
    if (line.empty()) break;
    if (number > limits.headers) return refused(431, "there are too many headers");
    if (auto wrong = read_header(line, parsed.request)) return *wrong;
  }
  if (auto wrong = check_headers(parsed.request)) return *wrong;
  parsed.status = 200;
  parsed.used = at;
  return parsed;
}

std::string decoded_path(std::string_view target) {
  std::string path;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] != '%') {
      path += target[i];
      continue;
    }
    const int high = i + 2 < target.size() ? digit_of(target[i + 1]) : -1,
              low = i + 2 < target.size() ? digit_of(target[i + 2]) : -1;
    if (high < 0 || low < 0) return "";
    path += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (has_controls(path) || path.find('\\') != std::string::npos) return "";
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = std::string_view(path).substr(begin, end - begin);
    if (part == "." || part == ".." || (part.empty() && end < path.size())) return "";
    begin = end + 1;
  }
  return path;
}

std::string host_name(std::string_view host) {
  const bool bracketed = host.starts_with('[');
  const std::size_t end = bracketed ? host.find(']') : host.find(':');
  if (bracketed && end == std::string_view::npos) return "";
  const std::size_t length = bracketed ? end + 1 : std::min(end, host.size());
  const std::string_view port = host.substr(length);
  if (!port.empty() && (port[0] != ':' || port.size() > 6 ||
                        port.find_first_not_of("0123456789", 1) != std::string_view::npos))
    return "";
  std::string name = lower(host.substr(0, length));
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool is_address(std::string_view host) {
  unsigned char bytes[16];
  if (host.starts_with('[') && host.ends_with(']'))
    return ::inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), bytes) == 1;
  return ::inet_pton(AF_INET, std::string(host).c_str(), bytes) == 1;
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

}  // namespace luge::board::http
