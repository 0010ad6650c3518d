//! The server side of the live protocol.
