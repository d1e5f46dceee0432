// A page of the telecaller CRM, without the page: connects as its document says and writes a line for all it hears.
import { io } from "socket.io-client";

const [url, token, room, transport] = process.argv.slice(2);
const say = (event, data) => console.log(JSON.stringify([event, data]));
const socket = io(url, { auth: { token }, transports: [transport] });
socket.on("connect", () => {
  socket.emit("join-user-room", room);
  socket.emit("user-online", { nobody: "documented that" });
  say("connected", socket.io.engine.transport.name);
});
socket.on("connect_error", (error) => say("connect_error", error.message));
for (const event of ["new-lead-assigned", "call-status-updated", "user-status-updated", "error", "disconnect"]) {
  socket.on(event, (data) => say(event, data));
}
setTimeout(() => process.exit(0), 20_000).unref();
process.stdin.on("end", () => socket.close()).resume();
