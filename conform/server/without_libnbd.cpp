// In place of connection.cpp where there is no libnbd (QCOW2_CONFORM_STATIC). No server is asked for anything then:
// introduction.cpp calls all of them absent.
#include "server/connection.hpp"

struct nbd_handle {};

namespace conform {

void Connection::Close::operator()(nbd_handle* handle) const { delete handle; }

Connection::Connection() : message_("this program was built without libnbd") {}

bool Connection::connect(const std::filesystem::path&) { return false; }
void Connection::go() {}

bool Connection::may_send_options() const { return false; }
bool Connection::is_ready() const { return false; }
bool Connection::is_lost() const { return true; }

int Connection::descriptor() const { return -1; }
std::uint32_t Connection::waits_for() const { return 0; }
void Connection::notify(std::uint32_t) {}

std::uint64_t Connection::size() const { return 0; }
bool Connection::is_read_only() const { return true; }
bool Connection::can(Request::Kind) const { return false; }

bool Connection::tells(Context) const { return false; }

std::uint64_t Connection::send(const Request&, Statuses*) { return 0; }
std::optional<Connection::Answered> Connection::take_answer() { return std::nullopt; }
void Connection::say_goodbye() {}

}  // namespace conform
