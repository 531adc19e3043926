// One room: whatever a client publishes goes to everybody. Pings are rare enough not to fall into a measurement.
import { Server } from "socket.io";

const server = new Server(Number(process.argv[2]), {
  transports: ["websocket"],
  perMessageDeflate: false,
  pingInterval: 300000,
  pingTimeout: 300000,
});
server.on("connection", (socket) => {
  socket.join("room");
  socket.on("publish", (message) => server.to("room").emit("message", message));
});
