// The board: a folder of runs as pages, live while they train.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "board/http/server.h"

namespace luge::board {

struct BoardOptions {
  std::filesystem::path folder = "runs";
  http::ServerOptions server = {};
  std::chrono::milliseconds look{500};  // between two looks at the files, while a page is open
};

/// Serves
///   /                       the page, with page.css and page.js
///   /api/runs               {"folder": ..., "runs": [run_summary, ...]}, the newest first
///   /api/run/NAME           run_document; NAME may be RUN/fold-01
///   /api/events             server-sent events: "changed" with {"runs": [NAME, ...]}
///   /files/NAME/FILE        report.html, config.toml, metrics.csv, metrics.jsonl, model.txt and pictures
/// All else is 404. Nothing is written.
class Board {
 public:
  /// Throws FileError when there is no such folder, and as http::Server.
  explicit Board(const BoardOptions& options);
  ~Board();
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  std::string address() const;
  int port() const;
  void run(const std::function<bool()>& stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace luge::board
