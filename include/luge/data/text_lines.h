// Texts of one line each, with classes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "luge/data/dataset.h"

namespace luge::data {

/// A file of texts and the name of their class.
struct ClassFile {
  std::filesystem::path file;  ///< one text in each line
  std::string name;            ///< the class
};

/// Options of text_lines.
struct TextLinesOptions {
  std::string name = {};                    ///< of the data set; empty: that of the first file
  std::vector<std::string> classes = {};    ///< class names by label; empty: those of the files, sorted
  std::int64_t longest = std::int64_t{1} << 20;  ///< the largest size of a line in bytes
};

/// Returns the lines of files: "text", and "target", the label of the class of the file. Lines of blanks
/// alone are left out. Throws FormatError naming file, line and byte for text that is not UTF-8, and naming
/// the line when one is longer than `longest` or a file has no text; ValueError when a class is not among
/// `classes`, and FileError when a file cannot be read.
///
///     auto reviews = data::text_lines({{"rt-polarity.neg", "neg"}, {"rt-polarity.pos", "pos"}});
Dataset text_lines(const std::vector<ClassFile>& files, const TextLinesOptions& options = {});

/// Returns the texts of objects of JSON, one in each line: "text" of the member `text`, and "target", the
/// label of the member `label`, a string or a whole number, if there is one in the first line. Other members
/// are left out, and so are empty lines. Classes are `options.classes`, or else those that occur, sorted.
/// Throws FormatError naming file and line for what is not such an object and as text_lines does.
///
///     auto messages = data::json_lines("spam.jsonl");
Dataset json_lines(const std::filesystem::path& file, const TextLinesOptions& options = {},
                   const std::string& text = "text", const std::string& label = "label");

}  // namespace luge::data
