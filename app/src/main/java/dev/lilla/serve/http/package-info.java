/// HTTP as the APIs of the server need it: routes, who may ask, bodies, replies, event streams, and clients that leave.
@NullMarked
package dev.lilla.serve.http;

import org.jspecify.annotations.NullMarked;
