// Keeps its standard input open and unread, so that whoever writes to it meets the pipe's limits. As it never reads, it can't see
// the end of its input; it ends with its parent instead, and after a while in any case.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit();
}, 100);
setTimeout(() => process.exit(), 30_000);
