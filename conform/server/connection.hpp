// One client of a server, by libnbd. Every call returns at once: client.hpp waits for what they begin.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

struct nbd_handle;

namespace conform {

/// What a client asks of a server.
struct Request {
  enum class Kind { read, write, write_zeroes, discard, flush, status } kind;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::byte* bytes = nullptr;  // of read and write
  std::size_t connection = 0;  // which of the client's
  bool whole = true;           // of read: in one piece or not at all, where the server offers that
};

/// What a server can tell of its blocks, where it offers to.
enum class Context {
  allocation,  // base:allocation: state_hole and state_zero
  depth,       // qemu:allocation-depth: 0 where no file of the chain has anything, 1 for the image, 2 for its backing
};

inline constexpr std::uint32_t state_hole = 1, state_zero = 2;

/// Some bytes of the export, as a context tells of them.
struct StatusExtent {
  std::uint64_t length;
  std::uint32_t status;
};

/// What was told of consecutive bytes, from the request's offset on.
using Statuses = std::map<Context, std::vector<StatusExtent>>;

class Connection {
 public:
  Connection();

  /// False: nothing listens there; message() says more. The next try wants another Connection.
  bool connect(const std::filesystem::path& socket);
  /// Asks for the export, once options may be sent.
  void go();

  bool may_send_options() const;
  bool is_ready() const;  // requests may be sent
  bool is_lost() const;   // nothing can come any more
  /// go() was answered by an error: the server refuses the export.
  bool was_refused() const { return gone_ && may_send_options(); }

  int descriptor() const;
  std::uint32_t waits_for() const;  // EPOLLIN and EPOLLOUT
  void notify(std::uint32_t events);

  std::uint64_t size() const;
  bool is_read_only() const;
  bool can(Request::Kind kind) const;
  bool tells(Context context) const;

  /// The number of the request; 0: it could not be sent, and message() says why. What status finds goes into `into`,
  /// which must outlast the request.
  std::uint64_t send(const Request& request, Statuses* into = nullptr);
  /// A request that was answered, or nothing.
  struct Answered {
    std::uint64_t number;
    int error;  // errno as the server gave it; 0: done
  };
  std::optional<Answered> take_answer();

  void say_goodbye();
  /// The last that went wrong, in libnbd's words.
  const std::string& message() const { return message_; }

 private:
  struct Close {
    void operator()(nbd_handle* handle) const;
  };
  /// What came of a read besides its end.
  struct Pieces {
    std::uint64_t bytes = 0;
    bool error = false;
  };
  static int take_piece(void* pieces, const void*, std::size_t length, std::uint64_t, unsigned status, int*);
  bool check(int result);

  std::unique_ptr<nbd_handle, Close> handle_;
  std::map<std::uint64_t, std::unique_ptr<Pieces>> reads_;  // in flight, by their numbers
  bool gone_ = false;
  std::string message_;
};

}  // namespace conform
