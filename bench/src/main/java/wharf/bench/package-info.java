/// Measures the server models: one load generator against each, from outside, as a client would.
///
/// It names no other part of Wharf. Servers are processes that it starts by a command line and
/// speaks to over sockets, so what is measured is the program that people run.
@NullMarked
package wharf.bench;

import org.jspecify.annotations.NullMarked;
