// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_EXAMPLES_HTTP_ACTORS_HPP
#define VICAR_EXAMPLES_HTTP_ACTORS_HPP

#include <string>
#include <utility>

#include <vicar/vicar.hpp>

#include "http.hpp"

// What both servers ask.

class counter {
 public:
  int next() { return ++count_; }

 private:
  int count_ = 0;
};
VICAR_PROXY(counter, next)

class archive {
 public:
  explicit archive(std::string path) : path_{std::move(path)} {}

  /// Blocks its own thread for as long as the disk takes, or the writer if it is a pipe.
  std::string read() const { return http::read_file(path_); }

 private:
  std::string path_;
};
VICAR_PROXY(archive, read)

#endif
