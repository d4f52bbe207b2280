#include "server/connection.hpp"

#include <libnbd.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string_view>
#include <utility>

namespace conform {
namespace {

static_assert(state_hole == LIBNBD_STATE_HOLE && state_zero == LIBNBD_STATE_ZERO);

constexpr std::pair<Context, const char*> contexts[] = {{Context::allocation, LIBNBD_CONTEXT_BASE_ALLOCATION},
                                                        {Context::depth, "qemu:allocation-depth"}};

/// Called by libnbd with pairs of a length and a status.
int take_statuses(void* target, const char* name, std::uint64_t, std::uint32_t* entries, std::size_t count, int*) {
  for (const auto& [context, its_name] : contexts) {
    if (std::string_view(name) != its_name) continue;
    auto& extents = (*static_cast<Statuses*>(target))[context];
    for (std::size_t i = 0; i + 1 < count; i += 2) extents.push_back({entries[i], entries[i + 1]});
  }
  return 0;
}

}  // namespace

void Connection::Close::operator()(nbd_handle* handle) const { ::nbd_close(handle); }

Connection::Connection() : handle_(::nbd_create()) {
  if (!handle_) throw std::bad_alloc();
  check(::nbd_set_opt_mode(handle_.get(), true));
  for (const auto& [context, name] : contexts) check(::nbd_add_meta_context(handle_.get(), name));
  // The server is to judge a range past its end, not libnbd.
  const auto strict = ::nbd_get_strict_mode(handle_.get()) & ~(LIBNBD_STRICT_BOUNDS | LIBNBD_STRICT_ALIGN);
  check(::nbd_set_strict_mode(handle_.get(), strict));
}

int Connection::take_piece(void* pieces, const void*, std::size_t length, std::uint64_t, unsigned status, int*) {
  auto& seen = *static_cast<Pieces*>(pieces);
  if (status == LIBNBD_READ_ERROR)
    seen.error = true;
  else
    seen.bytes += length;
  return 0;
}

bool Connection::check(int result) {
  if (result >= 0) return true;
  if (const char* text = ::nbd_get_error()) message_ = text;
  return false;
}

bool Connection::connect(const std::filesystem::path& socket) {
  return check(::nbd_aio_connect_unix(handle_.get(), socket.c_str()));
}

void Connection::go() {
  gone_ = true;
  check(::nbd_aio_opt_go(handle_.get(), NBD_NULL_COMPLETION));
}

bool Connection::may_send_options() const { return ::nbd_aio_is_negotiating(handle_.get()) > 0; }
bool Connection::is_ready() const {
  return ::nbd_aio_is_ready(handle_.get()) > 0 || ::nbd_aio_is_processing(handle_.get()) > 0;
}
bool Connection::is_lost() const {
  return ::nbd_aio_is_dead(handle_.get()) > 0 || ::nbd_aio_is_closed(handle_.get()) > 0;
}

int Connection::descriptor() const { return ::nbd_aio_get_fd(handle_.get()); }

std::uint32_t Connection::waits_for() const {
  const auto direction = ::nbd_aio_get_direction(handle_.get());
  std::uint32_t events = 0;
  if ((direction & LIBNBD_AIO_DIRECTION_READ) != 0) events |= EPOLLIN;
  if ((direction & LIBNBD_AIO_DIRECTION_WRITE) != 0) events |= EPOLLOUT;
  return events;
}

void Connection::notify(std::uint32_t events) {
  const auto direction = ::nbd_aio_get_direction(handle_.get());
  const bool hung_up = (events & (EPOLLHUP | EPOLLERR)) != 0;
  if ((direction & LIBNBD_AIO_DIRECTION_READ) != 0 && ((events & EPOLLIN) != 0 || hung_up))
    check(::nbd_aio_notify_read(handle_.get()));
  else if ((direction & LIBNBD_AIO_DIRECTION_WRITE) != 0 && ((events & EPOLLOUT) != 0 || hung_up))
    check(::nbd_aio_notify_write(handle_.get()));
}

std::uint64_t Connection::size() const {
  const auto size = ::nbd_get_size(handle_.get());
  return size < 0 ? 0 : static_cast<std::uint64_t>(size);
}

bool Connection::is_read_only() const { return ::nbd_is_read_only(handle_.get()) != 0; }

bool Connection::can(Request::Kind kind) const {
  switch (kind) {
    case Request::Kind::read: return true;
    case Request::Kind::write: return !is_read_only();
    case Request::Kind::write_zeroes: return ::nbd_can_zero(handle_.get()) > 0;
    case Request::Kind::discard: return ::nbd_can_trim(handle_.get()) > 0;
    case Request::Kind::flush: return ::nbd_can_flush(handle_.get()) > 0;
    case Request::Kind::status: return tells(Context::allocation);
  }
  return false;
}

bool Connection::tells(Context context) const {
  const auto* const found =
      std::find_if(std::begin(contexts), std::end(contexts), [&](const auto& named) { return named.first == context; });
  return ::nbd_can_meta_context(handle_.get(), found->second) > 0;
}

std::uint64_t Connection::send(const Request& request, Statuses* into) {
  nbd_handle* handle = handle_.get();
  const auto none = NBD_NULL_COMPLETION;
  std::int64_t number = -1;
  auto seen = std::make_unique<Pieces>();
  switch (request.kind) {
    case Request::Kind::read: {
      // QEMU drops the connection where a read that it may give in pieces fails amid them.
      const auto flags = request.whole && ::nbd_can_df(handle) > 0 ? LIBNBD_CMD_FLAG_DF : 0U;
      const nbd_chunk_callback pieces{.callback = take_piece, .user_data = seen.get(), .free = nullptr};
      number = ::nbd_aio_pread_structured(handle, request.bytes, request.length, request.offset, pieces, none, flags);
      break;
    }
    case Request::Kind::write:
      number = ::nbd_aio_pwrite(handle, request.bytes, request.length, request.offset, none, 0);
      break;
    case Request::Kind::write_zeroes: number = ::nbd_aio_zero(handle, request.length, request.offset, none, 0); break;
    case Request::Kind::discard: number = ::nbd_aio_trim(handle, request.length, request.offset, none, 0); break;
    case Request::Kind::flush: number = ::nbd_aio_flush(handle, none, 0); break;
    case Request::Kind::status: {
      const nbd_extent_callback take{.callback = take_statuses, .user_data = into, .free = nullptr};
      number = ::nbd_aio_block_status(handle, request.length, request.offset, take, none, 0);
      break;
    }
  }
  if (!check(number < 0 ? -1 : 0)) return 0;
  if (request.kind == Request::Kind::read) reads_.emplace(number, std::move(seen));
  return static_cast<std::uint64_t>(number);
}

std::optional<Connection::Answered> Connection::take_answer() {
  const auto answered = ::nbd_aio_peek_command_completed(handle_.get());
  if (answered <= 0) return std::nullopt;
  const auto number = static_cast<std::uint64_t>(answered);
  Answered answer{number, 0};
  if (::nbd_aio_command_completed(handle_.get(), number) < 0) {
    answer.error = ::nbd_get_errno();
    check(-1);
  }
  const auto seen = reads_.extract(number);
  // Bytes came, fewer than were asked for, and no error: the error is libnbd's own.
  const bool is_short = !seen.empty() && seen.mapped()->bytes > 0 && !seen.mapped()->error;
  if (answer.error != 0 && is_short && !is_lost()) answer.error = EPROTO;
  return answer;
}

void Connection::say_goodbye() {
  if (is_ready()) ::nbd_aio_disconnect(handle_.get(), 0);
}

}  // namespace conform
