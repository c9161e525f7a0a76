#include "board/board.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "board/folder.h"
#include "board/report.h"
#include "board/run_document.h"
#include "core/utf8.h"
#include "io/run/run_files.h"
#include "io/text/json_text.h"
#include "luge/error.h"

namespace luge::board {
namespace {

using Json = nlohmann::ordered_json;
using http::Request;
using http::Response;

constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kJson = "application/json; charset=utf-8";
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// A file of a run is shown as if it came from nowhere.
constexpr const char* kFilePolicy =
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:";

struct FileKind {
  std::string_view ending;
  const char* type;
};
constexpr FileKind kKinds[] = {{".html", kHtml},
                               {".png", "image/png"},
                               {".svg", "image/svg+xml"},
                               {".csv", "text/csv; charset=utf-8"},
                               {".json", kJson},
                               {".jsonl", "text/plain; charset=utf-8"},
                               {".toml", "text/plain; charset=utf-8"},
                               {".txt", "text/plain; charset=utf-8"}};

Response not_found() { return {.status = 404, .body = "404 Not Found: there is no such page\n"}; }
Response json_of(const Json& json) {
  return {.type = kJson,
          .body = io::json_text(json),
          .headers = {{"Content-Security-Policy", "default-src 'none'"}}};
}

struct Known {
  std::size_t version = 0;
  Json summary;
};

std::string machine_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return http::host_name(name);
}

// Whether /api/run/NAME can name it.
bool is_addressable(const std::string& name) {
  return first_invalid_utf8(name) == std::string::npos && std::none_of(name.begin(), name.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f || c == '\\';
         });
}

}  // namespace

struct Board::State {
  BoardOptions options;
  Folder root;
  std::unique_ptr<http::Server> server = {};
  std::map<std::string, Known> known = {};  // by name of the run
  std::vector<std::string> left_out = {};   // whose names no address can hold
  std::chrono::steady_clock::time_point looked = {};

  std::vector<std::string> look();
  Response answer(const Request& request);
  Response file(std::string_view path) const;
  bool allows(std::string_view host) const;
  void tick();
};

// Reads what has changed and gives its names.
std::vector<std::string> Board::State::look() {
  std::vector<std::string> changed, there;
  left_out.clear();
  // The folder may have been deleted and made again since.
  if (auto again = Folder::open(options.folder)) root = std::move(*again);
  for (const std::string& name : root.folders()) {
    const auto folder = root.below(name);
    if (!folder || !is_run(*folder)) continue;
    if (!is_addressable(name)) {
      left_out.push_back(name);
      continue;
    }
    there.push_back(name);
    std::size_t version = run_version(*folder);
    for (const std::string& below : folder->folders()) {
      const auto run = folder->below(below);
      if (run && run->stamp(io::kRunMark)) version = version * 31 + run_version(*run);
    }
    Known& known_run = known[name];
    // A run that trains may end without a word.
    const bool running = known_run.summary.is_object() && known_run.summary["status"] == "running";
    if (known_run.version == version && !known_run.summary.is_null() && !running) continue;
    Json summary = run_summary(*folder, name);
    if (known_run.version == version && summary == known_run.summary) continue;
    known_run = {version, std::move(summary)};
    changed.push_back(name);
  }
  std::erase_if(known, [&](const auto& each) {
    if (std::binary_search(there.begin(), there.end(), each.first)) return false;
    changed.push_back(each.first);
    return true;
  });
  looked = std::chrono::steady_clock::now();
  return changed;
}

void Board::State::tick() {
  if (server->streams() == 0 || std::chrono::steady_clock::now() - looked < options.look) return;
  const std::vector<std::string> changed = look();
  if (!changed.empty()) server->publish("changed", io::json_text(Json{{"runs", changed}}));
}

// A page of another site whose name suddenly means this machine must not read runs (DNS rebinding): addresses
// and the names of this machine are the only hosts.
bool Board::State::allows(std::string_view host) const {
  const std::string name = http::host_name(host);
  return name == "localhost" || http::is_address(name) || name == http::host_name(options.server.host) ||
         (!name.empty() && name == machine_name());
}

Response Board::State::file(std::string_view path) const {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return not_found();
  const std::string_view name = path.substr(slash + 1);
  const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const FileKind& each) { return name.ends_with(each.ending); });
  if (kind == std::end(kKinds) || name.starts_with('.')) return not_found();
  const auto folder = root.at(path.substr(0, slash));
  if (!folder || !is_run(*folder)) return not_found();
  auto content = folder->read(name);
  if (!content) return not_found();
  return {
      .type = kind->type, .body = std::move(*content), .headers = {{"Content-Security-Policy", kFilePolicy}}};
}

Response Board::State::answer(const Request& request) {
  if (request.path.empty()) return not_found();
  if (!allows(request.header("host")))
    return {.status = 403,
            .body = "403 Forbidden: this host name is not one of this machine; use its address\n"};
  const std::string& path = request.path;
  const std::string_view rest(path);
  if (path == "/" || path == "/index.html")
    return {.type = kHtml, .body = board_page(), .headers = {{"Content-Security-Policy", kPolicy}}};
  if (path == "/page.js") return {.type = "text/javascript; charset=utf-8", .body = page_script()};
  if (path == "/page.css") return {.type = "text/css; charset=utf-8", .body = page_style()};
  if (path == "/api/events") return {.type = "text/event-stream", .body = "retry: 2000\n\n", .stream = true};
  if (path == "/api/runs") {
    look();
    Json runs = Json::array();
    for (const auto& [name, run] : known) runs.push_back(run.summary);
    std::stable_sort(runs.begin(), runs.end(), [](const Json& a, const Json& b) {
      return a["sequence"].get<std::int64_t>() > b["sequence"].get<std::int64_t>();
    });
    return json_of({{"folder", options.folder.string()}, {"runs", std::move(runs)}, {"left_out", left_out}});
  }
  constexpr std::string_view run_prefix = "/api/run/", file_prefix = "/files/";
  if (rest.starts_with(run_prefix)) {
    const std::string name(rest.substr(run_prefix.size()));
    const auto folder = root.at(name);
    if (!folder || !is_run(*folder)) return not_found();
    return json_of(run_document(*folder, name));
  }
  if (rest.starts_with(file_prefix)) return file(rest.substr(file_prefix.size()));
  return not_found();
}

Board::Board(const BoardOptions& options) {
  auto root = Folder::open(options.folder);
  if (!root)
    throw FileError(
        fmt::format("{}: there is no such folder; dir= names the folder of runs, and luge train makes "
                    "runs in it",
                    options.folder.string()));
  board_page();  // a build without pages says so now
  state_.reset(new State{options, std::move(*root)});
  state_->server = std::make_unique<http::Server>(options.server, [this](const Request& request) {
    try {
      return state_->answer(request);
    } catch (const std::exception& error) {
      return Response{.status = 500, .body = fmt::format("500 Internal Server Error: {}\n", error.what())};
    }
  });
}
Board::~Board() = default;

std::string Board::address() const { return state_->server->address(); }
int Board::port() const { return state_->server->port(); }
void Board::run(const std::function<bool()>& stop) {
  state_->server->run(stop, [this] { state_->tick(); });
}

}  // namespace luge::board
