# Packages and shell of the simulator.
{ pkgs ? import <nixpkgs> { }, debug ? false, ... }:

let
  # The version that is built.
  version = "1.4.2";

  # Adds a suffix to a name.
  withSuffix = name: suffix: "${name}-${suffix}";

  python = pkgs.python3.withPackages (ps: [ ps.numpy ]);
  inherit (pkgs) lib stdenv;
in
rec {
  # TODO: split the documentation output
  simulator = stdenv.mkDerivation {
    pname = withSuffix "simulator" version;
    src = ./.;
    buildInputs = [ python ];
    meta = with lib; {
      license = licenses.mit;
    };
  };

  services.simulator.enable = true;

  "quoted name" = 1;

  shell = pkgs.mkShell {
    packages = [ simulator ];
    shellHook = ''
      export MODE=${if debug then "debug" else "release"}
    '';
  };

  overlays.default = final: prev: {
    inherit (prev) hello;
    simulator = final.callPackage ./. { };
  };

  mkHost = { name, port ? 80 }: {
    inherit name port;
  };

  before = 1;

  wrong = { x = ; ] };

  after = 2;
}
