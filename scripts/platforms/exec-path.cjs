// Preloaded where Node runs by way of a launcher: the processes that it starts as itself go the same way.
if (process.env.NODE_LAUNCHER) process.execPath = process.env.NODE_LAUNCHER;
