// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "./Ownable.sol";

uint256 constant MAX_BIDS = 100;

error TooLow(uint256 offered, uint256 needed);

/// What an auction can be.
enum State { Open, Closed }

struct Bid {
    address bidder;
    uint256 amount;
}

type Price is uint128;

interface IAuction {
    event Opened(uint256 id);
    function bid() external payable;
}

library Prices {
    function double(uint256 price) internal pure returns (uint256) {
        return price * 2;
    }
}

/// @title A simple auction
contract Auction is IAuction, Ownable {
    using Prices for uint256;

    address public immutable seller;
    uint256 private highest;
    mapping(address => uint256) balances;
    uint256 public constant FEE = 3;
    State internal state;

    /// @notice Someone offered more.
    event Raised(address indexed bidder, uint256 amount);
    error Closed();

    struct Refund {
        address to;
    }

    modifier onlyOpen() {
        if (state != State.Open) revert Closed();
        _;
    }

    constructor(address _seller) {
        seller = _seller;
    }

    /// @notice Places a bid.
    // TODO: refund the last bidder
    function bid() external payable override onlyOpen {
        if (msg.value <= highest) {
            revert TooLow(msg.value, highest);
        }
        highest = msg.value;
        emit Raised(msg.sender, msg.value);
    }

    function _close() private {
        state = State.Closed;
    }

    receive() external payable {}
    fallback() external {}
}

abstract contract Base {
    function name() public view virtual returns (string memory);
}

function free(uint256 a) pure returns (uint256) {
    return a;
}

contract Broken {
    function before() public {}

    function wrong() public {
        x = ] 1;
    }

    function later() public {}
}
