package carafe.platform.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;

/** Serves connections that somebody else accepted and has begun to read. It has no port of its own. */
final class HandedConnector extends AbstractConnector {
    private final Selectors selectors;

    HandedConnector(Server server, HttpConnectionFactory protocol) {
        super(server, null, null, null, 0, protocol);
        this.selectors = new Selectors();
        installBean(selectors, true);
    }

    /** Goes on where {@code read} ends; the channel must not block. */
    void take(SocketChannel channel, byte[] read) {
        selectors.accept(channel, ByteBuffer.wrap(read));
    }

    @Override
    protected void accept(int acceptor) {
        throw new UnsupportedOperationException("connections are handed over");
    }

    @Override
    public Object getTransport() {
        return selectors;
    }

    private final class Selectors extends SelectorManager {
        Selectors() {
            super(HandedConnector.this.getExecutor(), HandedConnector.this.getScheduler(), 1);
        }

        @Override
        protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
            var endPoint = new SocketChannelEndPoint((SocketChannel) channel, selector, key, getScheduler());
            endPoint.setIdleTimeout(getIdleTimeout());
            return endPoint;
        }

        @Override
        public Connection newConnection(SelectableChannel channel, EndPoint endPoint, Object read) throws IOException {
            var connection = getDefaultConnectionFactory().newConnection(HandedConnector.this, endPoint);
            ((Connection.UpgradeTo) connection).onUpgradeTo((ByteBuffer) Objects.requireNonNull(read));
            return connection;
        }

        @Override
        protected void endPointOpened(EndPoint endPoint) {
            super.endPointOpened(endPoint);
            onEndPointOpened(endPoint);
        }

        @Override
        protected void endPointClosed(EndPoint endPoint) {
            onEndPointClosed(endPoint);
            super.endPointClosed(endPoint);
        }
    }
}
