// nbd-reads SOCKET REQUESTS IN_FLIGHT CONNECTIONS LENGTH random|in-order: reads of an NBD server's disk, so many in
// flight on all connections together; prints requests a second.

#include <libnbd.h>
#include <poll.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

void check(bool good) {
  if (!good) throw std::runtime_error(nbd_get_error() ? nbd_get_error() : "libnbd");
}

struct Wish {
  std::size_t requests, in_flight, connections, length;
  bool in_order;
};

class Reads {
 public:
  Reads(const char* socket, const Wish& wish) : wish_(wish), buffers_(wish.in_flight) {
    for (auto& buffer : buffers_) buffer.resize(wish.length);
    for (std::size_t i = 0; i < wish.connections; ++i) {
      handles_.push_back(nbd_create());
      check(handles_.back() && nbd_connect_unix(handles_.back(), socket) == 0);
    }
    const auto size = nbd_get_size(handles_.front());
    check(size >= static_cast<std::int64_t>(wish.length));
    places_ = static_cast<std::uint64_t>(size) / wish.length;
  }
  Reads(const Reads&) = delete;
  ~Reads() {
    for (nbd_handle* handle : handles_) nbd_close(handle);
  }

  void run() {
    for (std::size_t i = 0; i < wish_.in_flight && sent_ < wish_.requests; ++i) send(i % handles_.size(), i);
    while (done_ < wish_.requests) {
      wait();
      for (std::size_t i = 0; i < handles_.size(); ++i) take(i);
    }
  }

 private:
  /// One buffer a request in flight; what is in it is not looked at.
  void send(std::size_t connection, std::size_t buffer) {
    const auto offset = (wish_.in_order ? sent_ : dice_()) % places_ * wish_.length;
    check(nbd_aio_pread(handles_[connection], buffers_[buffer].data(), wish_.length, offset, NBD_NULL_COMPLETION, 0) >
          0);
    ++sent_;
  }

  void take(std::size_t connection) {
    for (std::int64_t number = 0; (number = nbd_aio_peek_command_completed(handles_[connection])) > 0;) {
      check(nbd_aio_command_completed(handles_[connection], static_cast<std::uint64_t>(number)) > 0);
      ++done_;
      if (sent_ < wish_.requests) send(connection, sent_ % buffers_.size());
    }
  }

  void wait() {
    std::vector<pollfd> waiting;
    for (nbd_handle* handle : handles_) {
      const auto direction = nbd_aio_get_direction(handle);
      short events = 0;
      if (direction & LIBNBD_AIO_DIRECTION_READ) events |= POLLIN;
      if (direction & LIBNBD_AIO_DIRECTION_WRITE) events |= POLLOUT;
      waiting.push_back({nbd_aio_get_fd(handle), events, 0});
    }
    if (poll(waiting.data(), waiting.size(), -1) < 0) throw std::runtime_error("poll");
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      const auto direction = nbd_aio_get_direction(handles_[i]);
      if ((waiting[i].revents & (POLLIN | POLLHUP)) && (direction & LIBNBD_AIO_DIRECTION_READ))
        check(nbd_aio_notify_read(handles_[i]) == 0);
      else if ((waiting[i].revents & POLLOUT) && (direction & LIBNBD_AIO_DIRECTION_WRITE))
        check(nbd_aio_notify_write(handles_[i]) == 0);
    }
  }

  Wish wish_;
  std::vector<nbd_handle*> handles_;
  std::vector<std::vector<char>> buffers_;
  std::mt19937_64 dice_{1};
  std::uint64_t places_ = 0;
  std::size_t sent_ = 0, done_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  try {
    Reads reads(argv[1], {std::stoul(argv[2]), std::stoul(argv[3]), std::stoul(argv[4]), std::stoul(argv[5]),
                          std::string(argv[6]) == "in-order"});
    const auto begin = std::chrono::steady_clock::now();
    reads.run();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    std::printf("%.0f\n", std::stod(argv[2]) / taken.count());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nbd-reads: %s\n", error.what());
    return 1;
  }
  return 0;
}
