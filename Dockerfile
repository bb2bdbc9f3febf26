# Carafe as a container: docker build -t carafe . && docker run -p 8080:8080 -v carafe:/data carafe
# Works with a read-only root file system: docker run --read-only --tmpfs /tmp …
ARG BUILD_IMAGE=maven:3-eclipse-temurin-25
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY pom.xml ./
COPY src/main src/main
COPY data data
RUN mvn -q -B -Dmaven.test.skip=true package
# SQLite's library beside the jar: a /tmp mounted noexec (Docker's default for --tmpfs) cannot hold it.
RUN mkdir lib && cd lib && jar xf ../target/carafe.jar "org/sqlite/native/Linux/$(uname -m)/libsqlitejdbc.so" \
    && mv org/sqlite/native/Linux/*/libsqlitejdbc.so . && rm -r org

# The AOT cache fits one JVM and one jar, so it is made with those that will run.
FROM ${RUNTIME_IMAGE} AS cache
COPY --from=build /build/target/carafe.jar /build/lib/libsqlitejdbc.so /opt/carafe/
COPY scripts/lib.sh /tmp/scripts/
RUN ["bash", "-c", "set -euo pipefail; . /tmp/scripts/lib.sh; clean_on_exit; use_java_on_path; JAVA_FLAGS=(-XX:+UseParallelGC -XX:+UseCompactObjectHeaders -Xms48m -Xmx152m); train_aot /opt/carafe/carafe.jar /opt/carafe/carafe.aot /tmp/aot.log || { cat /tmp/aot.log; exit 1; }"]

FROM ${RUNTIME_IMAGE}
LABEL org.opencontainers.image.title="Carafe" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=cache /opt/carafe /opt/carafe
RUN mkdir /data && chown 1001:1001 /data
# JDK_JAVA_OPTIONS can be replaced with -e; give -Xmx about half of the container's memory.
ENV PORT=8080 DATA_DIR=/data HOME=/tmp JDK_JAVA_OPTIONS="-XX:+UseParallelGC -XX:-UseAdaptiveSizePolicy -XX:+UseCompactObjectHeaders -Xmx152m -XX:NewSize=75m -XX:MaxNewSize=75m -XX:SurvivorRatio=1 -XX:TLABSize=64k -XX:TrimNativeHeapInterval=5000 -XX:Tier4InvocationThreshold=10000 -XX:Tier4MinInvocationThreshold=2000 -XX:Tier4CompileThreshold=30000 -XX:Tier4BackEdgeThreshold=120000" MALLOC_ARENA_MAX=2
USER 1001:1001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PORT && printf 'GET /health HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 4 line <&3 && [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["java", "-XX:AOTCache=/opt/carafe/carafe.aot", "-Dorg.sqlite.lib.path=/opt/carafe", "-Dorg.sqlite.lib.name=libsqlitejdbc.so", "-jar", "/opt/carafe/carafe.jar"]
