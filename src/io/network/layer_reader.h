// Reads the tables of layers of a network file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "luge/nn/branches.h"
#include "luge/nn/layers.h"

namespace luge::io {

/// Throws FormatError that begins with file and line.
[[noreturn]] void fail_at(const std::string& path, const toml::node& at, const std::string& problem);
/// The text of a node, or the texts of a list. Throws FormatError that says `expected`.
std::vector<std::string> texts_of(const std::string& path, const toml::node& node,
                                  const std::string& expected);
/// Throws FormatError for a key that is not among `known`. `where` is "" or " in [network]".
void check_keys(const std::string& path, const toml::table& table, const std::vector<std::string>& known,
                const std::string& where);

class LayerReader {
 public:
  /// `outputs` is what "auto" is, 0 when it is not known.
  LayerReader(std::string path, std::int64_t outputs) : path_(std::move(path)), outputs_(outputs) {}

  /// Inputs and outputs of the whole network, with the nodes that name them.
  struct Ends {
    nn::BranchesOptions names;
    std::vector<const toml::node*> inputs;
    const toml::node* outputs = nullptr;
  };
  /// The network of a list of layers.
  nn::Model network(const toml::node& layers, const Ends& ends);
  /// The network that is one layer.
  nn::Model single(const toml::table& layer);

  const std::vector<std::pair<std::string, int>>& lines() const { return lines_; }
  bool took_outputs() const { return took_outputs_; }

 private:
  struct Scope {
    std::string before = {};              // the path of the network with a dot: "stem."
    std::vector<std::string> names = {};  // so far
    int depth = 0;
    std::optional<std::string> only = {};  // the path of its only layer, which has no name of its own
  };
  nn::Model list(const toml::array& tables, Scope scope, const Ends* ends);
  nn::Model one(const toml::table& table, Scope& scope, const std::string& given_name);
  nn::Model part(const toml::node& node, const std::string& name, const std::string& path, int depth);
  void check_unnamed(const toml::table& layer) const;
  options::Values values_of(const toml::table& table, const std::string& type,
                            const std::vector<std::string>& parts, const std::string& label);
  std::int64_t repeats_of(const toml::table& table) const;
  void count(const toml::node& at);

  std::string path_;
  std::int64_t outputs_;
  bool took_outputs_ = false;
  std::int64_t layers_ = 0;
  std::vector<std::pair<std::string, int>> lines_;
};

}  // namespace luge::io
