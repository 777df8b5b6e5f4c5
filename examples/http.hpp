// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_EXAMPLES_HTTP_HPP
#define VICAR_EXAMPLES_HTTP_HPP

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

// As much of HTTP/1.1 as the two servers need: requests with a head and a body of known length, answers in plain text.
namespace http {

inline constexpr std::size_t longest_head = 8192;
inline constexpr std::size_t longest_body = 1 << 20;

struct request {
  std::string method;
  std::string target;
  std::size_t body_size = 0;
  bool keep_alive = true;
  std::string body;
};
struct response {
  int status = 200;
  std::string body;
};

inline std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    default:
      return "Internal Server Error";
  }
}

inline std::string lower(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}
inline std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A request without its body, or the status of the refusal.
struct parsed {
  std::optional<http::request> request;
  int status = 400;
};

/// Parses a head, which ends with an empty line.
inline parsed parse_head(std::string_view head) {
  const auto take_line = [&head] {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    return line;
  };
  const std::string_view first = take_line();
  const std::size_t one = first.find(' ');
  const std::size_t two = first.rfind(' ');
  if (one == std::string_view::npos || two == one) return {};
  const std::string_view version = first.substr(two + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return {};
  request made{std::string{first.substr(0, one)},
               std::string{first.substr(one + 1, two - one - 1)},
               0,
               version == "HTTP/1.1",
               {}};
  if (made.method.empty() || !made.target.starts_with('/')) return {};

  for (std::string_view line = take_line(); !line.empty(); line = take_line()) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return {};
    const std::string name = lower(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (name == "content-length") {
      const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), made.body_size);
      if (failure != std::errc{} || end != value.data() + value.size()) return {};
      if (made.body_size > longest_body) return {std::nullopt, 413};
    } else if (name == "transfer-encoding") {
      return {std::nullopt, 501};
    } else if (name == "connection") {
      const std::string wanted = lower(value);
      if (wanted == "close") made.keep_alive = false;
      if (wanted == "keep-alive") made.keep_alive = true;
    }
  }
  return {std::move(made), 200};
}

inline std::string to_text(const response& answer, bool keep_alive) {
  return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: {}\r\n\r\n{}",
                     answer.status, reason_of(answer.status), answer.body.size(), keep_alive ? "keep-alive" : "close",
                     answer.body);
}

inline std::string read_file(const std::string& path) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error{fmt::format("{} cannot be read", path)};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace http

#endif
