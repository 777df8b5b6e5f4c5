// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_ENVELOPE_HPP
#define VICAR_DETAIL_ENVELOPE_HPP

#include <exception>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/cell.hpp>
#include <vicar/detail/future_handle.hpp>
#include <vicar/detail/mailbox.hpp>
#include <vicar/detail/printing.hpp>
#include <vicar/error.hpp>
#include <vicar/future.hpp>

// One message: docs/internals.md says what always holds. A payload has `run(cell&)` and `abandon(cell&)`, both
// noexcept; each returns what is left to do once the payload is destroyed, a callable that takes the cell.
namespace vicar::detail {

/// The exception that `make` returns, or the one that kept it from being made, such as `std::bad_alloc`.
template <class Make>
std::exception_ptr exception_from(Make make) noexcept {
  try {
    throw make();
  } catch (...) {
    return std::current_exception();
  }
}

template <class Payload, bool Ordinary = true>
struct envelope final : message {
  explicit envelope(Payload content) noexcept(std::is_nothrow_move_constructible_v<Payload>)
      : message{&shared_traits}, payload{std::move(content)} {}

  Payload payload;

 private:
  static void handle_message(message& self, cell& owner, action what) noexcept {
    auto& whole = static_cast<envelope&>(self);
    auto rest = what == action::run ? whole.payload.run(owner) : whole.payload.abandon(owner);
    std::destroy_at(&whole);
    rest(owner);
  }
  static constexpr traits shared_traits{&envelope::handle_message, sizeof(envelope), Ordinary};
};

/// A payload that cannot lie in a chunk: it may throw when moved, is over-aligned, or is large.
template <class Payload>
struct boxed {
  std::unique_ptr<Payload> content;

  auto run(cell& owner) noexcept { return content->run(owner); }
  auto abandon(cell& owner) noexcept { return content->abandon(owner); }
};

/// Puts a payload into the actor's mailbox. If it is refused, `refused(result, payload)` says what that means.
template <class Payload, class Refused>
void post(cell& to, Payload payload, std::string_view label, Refused refused) {
  using result = mailbox::push_result;
  const auto deliver = [&]<class Content>(envelope<Content> one, auto&& content) {
    const result outcome = to.deliver(one, label);
    if (outcome == result::full || outcome == result::closed) refused(outcome, content(one));
  };
  if constexpr (fits_in_place<envelope<Payload>>) {
    deliver(envelope<Payload>{std::move(payload)}, [](auto& one) -> Payload& { return one.payload; });
  } else {
    using box = boxed<Payload>;
    deliver(envelope<box>{box{std::make_unique<Payload>(std::move(payload))}},
            [](auto& one) -> Payload& { return *one.payload.content; });
  }
}

/// A message that somebody waits for. `Function` is called as `function(owner)` and gives the reply; `*Label` names it.
template <const std::string_view* Label, class Result, class Function>
struct call_payload {
  Function function;
  producer_handle<Result> reply;

  /// What is left to do: publish the reply.
  struct answer {
    producer_handle<Result> reply;
    void operator()(cell&) noexcept { reply.publish(); }
  };

  answer run(cell& owner) noexcept {
    owner.begin(*Label, reply.operator->());
    bool threw = true;
    try {
      reply->store([&]() -> decltype(auto) { return function(owner); });
      threw = false;
    } catch (const stop_all_actors&) {
      owner.end_because(ending::all_stopped);
      reply->store_error(exception_from([&] { return owner.stopped_during(*Label, "threw stop_all_actors"); }));
    } catch (...) {
      reply->store_error(std::current_exception());
      owner.log_returned(reply->error(), *Label);
    }
    owner.finish(threw);
    return {std::move(reply)};
  }
  answer abandon(cell& owner) noexcept {
    reply->store_error(exception_from([&] { return owner.stopped_before(described(*Label, function)); }));
    return {std::move(reply)};
  }
};

/// A message that nobody waits for.
template <const std::string_view* Label, class Function>
struct defer_payload {
  Function function;

  /// What is left to do: end the actor if the message failed.
  struct aftermath {
    std::exception_ptr failure;
    void operator()(cell& owner) noexcept {
      if (failure) owner.end_failed(std::move(failure), *Label);
    }
  };

  aftermath run(cell& owner) noexcept {
    owner.begin(*Label);
    std::exception_ptr failure;
    bool threw = true;
    try {
      static_cast<void>(function(owner));
      threw = false;
    } catch (const stop_all_actors&) {
      owner.end_because(ending::all_stopped);
    } catch (...) {
      failure = std::current_exception();
    }
    owner.finish(threw);
    return {std::move(failure)};
  }
  aftermath abandon(cell&) noexcept { return {}; }
};

/// Sends `function` and gives the future of its result. What goes wrong with sending is in the future, too, except
/// `std::bad_alloc` and `deadlock_error`.
template <const std::string_view* Label, class Result, class Function>
future<Result> send_call(cell& to, Function function) {
  reply_channel<Result> channel;
  channel.producer->set_source(to, *Label);
  using payload = call_payload<Label, Result, Function>;
  post(
      to, payload{std::move(function), std::move(channel.producer)}, *Label,
      [&](mailbox::push_result why, payload& refused) {
        if (why == mailbox::push_result::closed) {
          refused.reply->store_error(exception_from([&] { return to.not_found(described(*Label, refused.function)); }));
        } else {
          if (to.on_overflow() == overflow::drop) to.count_dropped();
          refused.reply->store_error(exception_from([&] { return to.full(described(*Label, refused.function)); }));
        }
        refused.reply.publish();
      });
  return future_access::make(std::move(channel.consumer));
}

/// Sends `function` for its effect. Throws `actor_dead_error`, and `mailbox_full_error` if the actor was started with
/// `overflow::fail`.
template <const std::string_view* Label, class Function>
void send_defer(cell& to, Function function) {
  using payload = defer_payload<Label, Function>;
  post(to, payload{std::move(function)}, *Label, [&](mailbox::push_result why, payload& refused) {
    if (why == mailbox::push_result::closed) throw to.not_found(described(*Label, refused.function));
    if (to.on_overflow() == overflow::fail) throw to.full(described(*Label, refused.function));
    to.count_dropped();
  });
}

/// The names of messages that are no member of the user's.
inline constexpr std::string_view stop_label = "stop";
inline constexpr std::string_view on_start_label = "on_start";
inline constexpr std::string_view on_stop_label = "on_stop";
inline constexpr std::string_view on_failure_label = "on_failure";
inline constexpr std::string_view on_receive_label = "on_receive";
inline constexpr std::string_view snapshot_label = "snapshot";

}  // namespace vicar::detail

#endif
