# The released static program alone. The folder of the build is an unpacked release archive for Linux;
# .github/workflows/release.yml builds it.
FROM scratch
COPY lambdacost LICENSE-APACHE LICENSE-MIT /
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/lambdacost"]
