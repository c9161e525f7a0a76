// Texts in files of their own and in tables, with classes.
#pragma once

#include <filesystem>
#include <string>

#include "luge/data/bad_file.h"
#include "luge/data/dataset.h"
#include "luge/data/text_lines.h"

namespace luge::data {

/// Returns what misses for a folder to be one that text_folder reads; empty: nothing does.
std::string why_no_text_folder(const std::filesystem::path& folder);

/// Returns the texts of a folder that has a folder for each class with a text in each file NAME.txt: "text",
/// the whole file without blanks around it, and "target", the label of the class. Classes are
/// `options.classes`, or else the folders, sorted; files are in the order of their names. Throws FormatError
/// naming the file, and line and byte of what is not UTF-8, for a file without text or larger than
/// `options.longest` bytes; with `bad`, such files are told and left out. Throws ValueError for a class that
/// is not among `options.classes`, and FormatError when no text is left.
///
///     auto reviews = data::text_folder("reviews/train");  // reviews/train/pos/1.txt,
///     reviews/train/neg/1.txt
Dataset text_folder(const std::filesystem::path& folder, const TextLinesOptions& options = {},
                    const BadFile& bad = {});

/// Options of text_table.
struct TextTableOptions {
  TextLinesOptions lines = {};  ///< name, classes, and the largest size of a text in bytes
  std::string text = "text";    ///< the column of the texts: its name, or its number from 1
  std::string label = "label";  ///< the column of the classes, likewise
  char separator = ',';         ///< the character between cells
};

/// Returns the texts of a table, such as CSV or TSV: "text", and "target", the label of the class, where the
/// table has a column for it. When both columns are numbers, the table has no line of names. Rows whose text
/// is blank are left out. Classes are `lines.classes`, or else those that occur, sorted. Throws FormatError
/// naming file, line and column for a table that is not whole, a text that is too long, or a class that is
/// blank, and as io::CsvReader does.
///
///     auto messages = data::text_table("spam.tsv", {.text = "2", .label = "1", .separator = '\t'});
Dataset text_table(const std::filesystem::path& file, const TextTableOptions& options = {});

}  // namespace luge::data
