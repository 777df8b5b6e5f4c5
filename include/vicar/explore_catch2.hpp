// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_EXPLORE_CATCH2_HPP
#define VICAR_EXPLORE_CATCH2_HPP

#include <vicar/detail/base/config.hpp>

#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_version_macros.hpp>
#include <catch2/interfaces/catch_interfaces_capture.hpp>
#include <catch2/internal/catch_assertion_handler.hpp>
#include <catch2/internal/catch_context.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <vicar/error.hpp>
#include <vicar/explore_options.hpp>

namespace vicar {

namespace detail {

/// Takes the place of Catch2's run, and passes on everything but assertions. Written for Catch2 2.13 to 3.7; functions
/// that only some versions have do not say `override`.
class muted_catch2 final : public muted_checks, private Catch::IResultCapture {
 public:
  muted_catch2() { Catch::getCurrentMutableContext().setResultCapture(this); }
  ~muted_catch2() override { Catch::getCurrentMutableContext().setResultCapture(&before_); }
  muted_catch2(const muted_catch2&) = delete;
  muted_catch2& operator=(const muted_catch2&) = delete;

  std::string failure() const override { return failure_; }

 private:
  using info_type = Catch::AssertionInfo;
  using reaction_type = Catch::AssertionReaction;

  void handleExpr(const info_type& info, const Catch::ITransientExpression& expression,
                  reaction_type& reaction) override {
    const bool negated = Catch::isFalseTest(info.resultDisposition);
    if (expression.getResult() != negated) return pass();
    std::ostringstream text;
    expression.streamReconstructedExpression(text);
    fail(info, text.str(), reaction);
  }
  void handleNonExpr(const info_type& info, Catch::ResultWas::OfType result, reaction_type& reaction) override {
    if (Catch::isOk(result)) return pass();
    fail(info, {}, reaction);
  }
  void handleUnexpectedExceptionNotThrown(const info_type& info, reaction_type& reaction) override {
    fail(info, "no exception was thrown", reaction);
  }
  void handleIncomplete(const info_type& info) override {
    reaction_type ignored;
    fail(info, "it was left by an exception", ignored);
  }
  // The types of the texts differ between versions.
  void handle_message(const info_type& info, Catch::ResultWas::OfType result, std::string_view text,
                      reaction_type& reaction) {
    if (!Catch::isOk(result)) fail(info, text, reaction);
  }
  bool lastAssertionPassed() override { return last_passed_; }
  void assertionPassed() override { pass(); }
  void handleFatalErrorCondition(Catch::StringRef message) override { before_.handleFatalErrorCondition(message); }
  std::string getCurrentTestName() const override { return before_.getCurrentTestName(); }
  const Catch::AssertionResult* getLastResult() const override { return before_.getLastResult(); }
  void exceptionEarlyReported() override { before_.exceptionEarlyReported(); }
  void pushScopedMessage(const Catch::MessageInfo&) override {}
  void popScopedMessage(const Catch::MessageInfo&) override {}

#if CATCH_VERSION_MAJOR == 2
  void handleMessage(const info_type& info, Catch::ResultWas::OfType result, const Catch::StringRef& text,
                     reaction_type& reaction) override {
    handle_message(info, result, std::string{text}, reaction);
  }
  void handleUnexpectedInflightException(const info_type& info, const std::string& text,
                                         reaction_type& reaction) override {
    fail(info, text, reaction);
  }
  void emplaceUnscopedMessage(const Catch::MessageBuilder&) override {}
  bool sectionStarted(const Catch::SectionInfo&, Catch::Counts&) override { refuse_section(); }
  void sectionEnded(const Catch::SectionEndInfo& section) override { before_.sectionEnded(section); }
  void sectionEndedEarly(const Catch::SectionEndInfo& section) override { before_.sectionEndedEarly(section); }
  Catch::IGeneratorTracker& acquireGeneratorTracker(Catch::StringRef, const Catch::SourceLineInfo&) override {
    refuse_section();
  }
#if defined(CATCH_CONFIG_ENABLE_BENCHMARKING)
  void benchmarkPreparing(const std::string&) override {}
  void benchmarkStarting(const Catch::BenchmarkInfo&) override {}
  void benchmarkEnded(const Catch::BenchmarkStats<>&) override {}
  void benchmarkFailed(const std::string&) override {}
#endif
#else
  void notifyAssertionStarted(const info_type&) {}
  void handleMessage(const info_type& info, Catch::ResultWas::OfType result, std::string&& text,
                     reaction_type& reaction) {
    handle_message(info, result, text, reaction);
  }
  void handleMessage(const info_type& info, Catch::ResultWas::OfType result, Catch::StringRef text,
                     reaction_type& reaction) {
    handle_message(info, result, std::string{text}, reaction);
  }
  void handleUnexpectedInflightException(const info_type& info, std::string&& text, reaction_type& reaction) {
    fail(info, text, reaction);
  }
  void handleUnexpectedInflightException(const info_type& info, const std::string& text, reaction_type& reaction) {
    fail(info, text, reaction);
  }
  void emplaceUnscopedMessage(Catch::MessageBuilder&&) override {}
  bool sectionStarted(Catch::StringRef, const Catch::SourceLineInfo&, Catch::Counts&) override { refuse_section(); }
  void sectionEnded(Catch::SectionEndInfo&& section) override { before_.sectionEnded(std::move(section)); }
  void sectionEndedEarly(Catch::SectionEndInfo&& section) override { before_.sectionEndedEarly(std::move(section)); }
  Catch::IGeneratorTracker* acquireGeneratorTracker(Catch::StringRef, const Catch::SourceLineInfo&) override {
    refuse_section();
  }
  Catch::IGeneratorTracker* createGeneratorTracker(Catch::StringRef, Catch::SourceLineInfo,
                                                   Catch::Generators::GeneratorBasePtr&&) override {
    refuse_section();
  }
  void benchmarkPreparing(Catch::StringRef) override {}
  void benchmarkStarting(const Catch::BenchmarkInfo&) override {}
  void benchmarkEnded(const Catch::BenchmarkStats<>&) override {}
  void benchmarkFailed(Catch::StringRef) override {}
#endif

  [[noreturn]] static void refuse_section() {
    throw error{
        "vicar: SECTION or GENERATE was used in an explored function, which runs many times; put it around the call of "
        "explore"};
  }
  void pass() noexcept { last_passed_ = true; }
  void fail(const info_type& info, std::string_view text, reaction_type& reaction) {
    last_passed_ = false;
    if (Catch::shouldSuppressFailure(info.resultDisposition)) return;
    // Without Normal among its flags, a check goes on.
    reaction.shouldThrow = (info.resultDisposition & Catch::ResultDisposition::Normal) != 0;
    if (!failure_.empty()) return;
    failure_ = fmt::format("{}:{}: {}( {} )", info.lineInfo.file, info.lineInfo.line, std::string{info.macroName},
                           std::string{info.capturedExpression});
    if (!text.empty()) failure_ += fmt::format(": {}", text);
  }

  Catch::IResultCapture& before_ = Catch::getResultCapture();
  std::string failure_;
  bool last_passed_ = true;
};

}  // namespace detail

/// For `explore_options::checks`: a check of Catch2 that fails makes a run fail, and is reported once. Sections and
/// generators stand outside of the explored function.
inline std::unique_ptr<muted_checks> catch2_checks() { return std::make_unique<detail::muted_catch2>(); }

}  // namespace vicar

#endif
