// How far a run has come: one answer for its page, for `luge runs` and for `luge clean`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "board/folder.h"

namespace luge::board {

/// Written by the training itself: "status", "reason" and the figure that epochs are compared by.
inline constexpr const char* kStatusFile = "status.json";

enum class RunStatus : std::uint8_t {
  finished,     // all epochs were run, or a callback ended it
  running,      // a process writes into it
  interrupted,  // it was stopped, or its process was killed, and it can be resumed
  failed        // an error ended it, or its process ended before anything was saved
};
inline constexpr RunStatus kRunStatuses[] = {RunStatus::finished, RunStatus::running, RunStatus::interrupted,
                                             RunStatus::failed};
const char* to_string(RunStatus status);

struct RunState {
  RunStatus status = RunStatus::failed;
  std::string reason = {};  // why it ended; empty when there is nothing to say
  bool operator==(const RunState&) const = default;
};

/// What the files of a run tell about it.
struct RunSigns {
  std::string said = {}, reason = {};  // of status.json; empty: there is none that can be read
  std::string lock = {};               // its content
  bool saved = false;                  // there is a checkpoint
  std::int64_t epochs = 0;             // that were measured
  std::int64_t planned = 0;            // of the configuration; 0: it does not say
  std::vector<RunState> parts = {};    // of the trainings below it, such as folds
};

/// Reads status.json and the lock, and looks for checkpoints; epochs, planned and parts are left to the
/// caller.
RunSigns read_signs(const Folder& run);

/// What is said is believed once it is an end: the process that writes may be the one that has just ended the
/// training, and holds the lock. A training that is said to run is over when its process is.
RunState run_state(const RunSigns& signs);

}  // namespace luge::board
